import type { AugmentSetting } from "../augment/draw.ts";
import type { MixSetting } from "../augment/mix.ts";
import type { LossSetting } from "../losses/create-loss.ts";
import type { BatchNormMode, Freeze } from "../models/network.ts";
import type { OptimizerSetting } from "../optimizers/create-rule.ts";
import type { CycleSetting } from "../schedules/cycles.ts";
import type { ScheduleSetting } from "../schedules/schedule.ts";

/** All that decides how a network is trained, beside the network and the samples. */
export interface TrainingRecipe {
  readonly phases: readonly PhaseRecipe[];
  readonly monitor: Monitor;
  /** Absent: every planned epoch is done. */
  readonly earlyStopping?: EarlyStopping;
  /** How many of the best epochs by the monitored metric stay available; at least 1. */
  readonly top: number;
  readonly ema?: EmaSetting;
  readonly swa?: SwaSetting;
  /** Which weights the network has at the end. */
  readonly keep: Keep;
  /** Probability from which a label counts as predicted, for the metrics. */
  readonly threshold: number;
  readonly seed: number;
}

/** `best`: by the monitored metric; `last`: of the last epoch; `ema`, `swa`: that average at the end. */
export type Keep = "best" | "last" | "ema" | "swa";

/** A stretch of training with one setting and an optimizer of its own. */
export interface PhaseRecipe {
  readonly name: string;
  /** Width and height of the images, in pixels. */
  readonly size: number;
  readonly freeze: Freeze;
  readonly batchNorm: BatchNormMode;
  readonly cycles: CycleSetting;
  /** Peak rates of stem to layer2, layer3 to layer4, head. */
  readonly learningRates: LearningRates;
  readonly schedule: ScheduleSetting;
  /** Samples of an optimizer step. */
  readonly batch: number;
  /** The most samples that are computed on at once; fewer than `batch`: gradients are added up. Absent: `batch`. */
  readonly microBatch?: number;
  readonly loss: LossSetting;
  readonly optimizer: OptimizerSetting;
  /** Largest global norm of the gradients; absent: as they are. */
  readonly clipNorm?: number;
  /** Absent: images as they are. */
  readonly augment?: AugmentSetting;
  /** Absent: images are not mixed with each other. */
  readonly mix?: MixSetting;
}

export type LearningRates = readonly [number, number, number];

/** A number of each epoch's validation; those that begin with `ema_` are of the averaged weights. */
export type MonitoredMetric = `${"val" | "ema_val"}/${"macro_f1" | "micro_f1" | "map" | "loss"}`;

export interface Monitor {
  readonly metric: MonitoredMetric;
  readonly direction: "maximize" | "minimize";
}

/** Ends training that gets no better. */
export interface EarlyStopping {
  readonly monitor: Monitor;
  /** Epochs in a row without an improvement after which it ends. */
  readonly patience: number;
  /** What is no more than this is no improvement. */
  readonly minDelta: number;
  /** What ends: all, or the phase, whose epochs alone are then looked at; the next phase goes on. */
  readonly ends: "training" | "phase";
}

/** An exponential moving average of weights and statistics, updated after every step (timm's ModelEmaV3). */
export interface EmaSetting {
  readonly decay: number;
  /** Begins with smaller decays: 1 - (1 + step)^(-2/3), up to `decay`. */
  readonly warmup: boolean;
}

/** The mean of the weights at the ends of epochs or cycles (stochastic weight averaging, Izmailov 2018). */
export interface SwaSetting {
  /** The first epoch that counts, 1 for the first of all. */
  readonly from: number;
  readonly every: "epoch" | "cycle";
}
