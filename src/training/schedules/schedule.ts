import { unreachable } from "../../util/unreachable.ts";
import { type CyclePosition, type CycleSetting, cycleLengths, locateStep } from "./cycles.ts";

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
    };

/** What the peak learning rate is multiplied by at a step of the phase, counted from 0. Pure: a resumed run just asks. */
export type Schedule = (step: number) => number;

/** The schedule of a phase whose epochs have `stepsPerEpoch` steps. */
export function createSchedule(setting: ScheduleSetting, cycles: CycleSetting, stepsPerEpoch: number): Schedule {
  const lengths = cycleLengths(cycles).map((epochs) => epochs * stepsPerEpoch);
  switch (setting.type) {
    case "constant":
      return () => 1;
    case "circular":
      return (step) => circular(locateStep(step, lengths), setting.div ?? 10, setting.cut_div ?? 20);
    case "cosine":
      return (step) => cosine(locateStep(step, lengths), setting.warmup ?? 0);
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
  return (1 + Math.cos((Math.PI * step) / length)) / 2;
}
