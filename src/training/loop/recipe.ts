import type { AugmentSetting } from "../augment/draw.ts";
import type { MixSetting } from "../augment/mix.ts";
import type { LossSetting } from "../losses/create-loss.ts";
import type { Freeze } from "../models/network.ts";
import type { OptimizerSetting } from "../optimizers/create-rule.ts";
import type { CycleSetting } from "../schedules/cycles.ts";
import type { ScheduleSetting } from "../schedules/schedule.ts";

/** All that decides how a network is trained, beside the network and the samples. */
export interface TrainingRecipe {
  readonly phases: readonly PhaseRecipe[];
  readonly loss: LossSetting;
  readonly optimizer: OptimizerSetting;
  /** Largest global norm of the gradients; absent: as they are. */
  readonly clipNorm?: number;
  readonly monitor: Monitor;
  /** Which epoch's weights the network has at the end. */
  readonly keep: "best" | "last";
  /** Probability from which a label counts as predicted, for the metrics. */
  readonly threshold: number;
  readonly seed: number;
}

/** A stretch of training with one setting and an optimizer of its own. */
export interface PhaseRecipe {
  readonly name: string;
  readonly freeze: Freeze;
  readonly cycles: CycleSetting;
  /** Peak rates of stem to layer2, layer3 to layer4, head. */
  readonly learningRates: LearningRates;
  readonly schedule: ScheduleSetting;
  /** Samples of an optimizer step. */
  readonly batch: number;
  /** The most samples that are computed on at once; fewer than `batch`: gradients are added up. Absent: `batch`. */
  readonly microBatch?: number;
  /** Absent: images as they are. */
  readonly augment?: AugmentSetting;
  /** Absent: images are not mixed with each other. */
  readonly mix?: MixSetting;
}

export type LearningRates = readonly [number, number, number];

export interface Monitor {
  readonly metric: "val/macro_f1" | "val/micro_f1" | "val/loss";
  readonly direction: "maximize" | "minimize";
}
