import { unreachable } from "../../util/unreachable.ts";
import { annealCosine, type OneCycleSetting, oneCycle } from "./cosine.ts";
import { type CyclePosition, type CycleSetting, cycleLengths, locateStep } from "./cycles.ts";
import { type PlateauSetting, plateau } from "./plateau.ts";

/** `schedule` of a phase. */
export type ScheduleSetting =
  | { readonly type: "constant" }
  | {
      readonly type: "circular";
      /** Peak over start. */
      readonly div?: number;
      /** The cycle's length over the length of the rise. */
      readonly cut_div?: number;
    }
  | {
      readonly type: "cosine";
      /** Fraction of the first cycle that runs at 1/100. */
      readonly warmup?: number;
    }
  | OneCycleSetting
  | {
      readonly type: "flat_cosine";
      /** Fraction of the cycle that runs at the peak. */
      readonly flat?: number;
      /** Peak over end. */
      readonly div_final?: number;
    }
  | StepSetting
  | PlateauSetting;

/** Lower after every so many epochs of the phase, or after those listed. */
interface StepSetting {
  readonly type: "step";
  readonly factor?: number;
  readonly every?: number;
  /** Instead of `every`; ascending. */
  readonly at?: readonly number[];
}

/**
 * What the peak learning rate is multiplied by at a step of the phase, counted from 0, given what the monitored metric was after
 * each finished epoch of the phase. Pure: a resumed run just asks.
 */
export type Schedule = (step: number, monitored: readonly number[]) => number;

export interface SchedulePlace {
  readonly cycles: CycleSetting;
  readonly stepsPerEpoch: number;
  /** Which way the monitored metric gets better. */
  readonly direction: "maximize" | "minimize";
}

/** The schedule of a phase. */
export function createSchedule(
  setting: ScheduleSetting,
  { cycles, stepsPerEpoch, direction }: SchedulePlace,
): Schedule {
  const lengths = cycleLengths(cycles).map((epochs) => epochs * stepsPerEpoch);
  switch (setting.type) {
    case "constant":
      return () => 1;
    case "circular":
      return (step) => circular(locateStep(step, lengths), setting.div ?? 10, setting.cut_div ?? 20);
    case "cosine":
      return (step) => cosine(locateStep(step, lengths), setting.warmup ?? 0);
    case "one_cycle":
      return (step) => oneCycle(locateStep(step, lengths), setting);
    case "flat_cosine":
      return (step) => flatCosine(locateStep(step, lengths), setting.flat ?? 0.75, setting.div_final ?? 1e5);
    case "step":
      return (step) => lowerByEpoch(Math.floor(step / stepsPerEpoch), setting);
    case "plateau":
      return (_, monitored) => plateau(monitored, direction, setting);
    default:
      return unreachable(setting);
  }
}

/** fastai 0.7's CircularLR: linear from 1/div to 1 within the first 1/cutDiv of the cycle, then linear back. */
function circular({ step, length }: CyclePosition, div: number, cutDiv: number): number {
  const cut = Math.floor(length / cutDiv);
  const height = step > cut || cut === 0 ? 1 - (step - cut) / (length - cut) : step / cut;
  return (1 + height * (div - 1)) / div;
}

/** SGDR (Loshchilov 2017), with fastai 0.7's start: the first steps of the first cycle run at 1/100. */
function cosine({ step, length, cycleIndex }: CyclePosition, warmup: number): number {
  if (cycleIndex === 0 && step < warmup * length) return 0.01;
  return annealCosine(1, 0, step / length);
}

/** fastai's fit_flat_cos: the peak for the first part of the cycle, then down along half a cosine. */
function flatCosine({ step, length }: CyclePosition, flat: number, divFinal: number): number {
  const position = step / length;
  return position < flat ? 1 : annealCosine(1, 1 / divFinal, (position - flat) / (1 - flat));
}

/** PyTorch's StepLR, or MultiStepLR where the epochs are listed. */
function lowerByEpoch(epochIndex: number, { factor = 0.1, every = 1, at }: StepSetting): number {
  const numReductions = at ? at.filter((epoch) => epoch <= epochIndex).length : Math.floor(epochIndex / every);
  return factor ** numReductions;
}
