import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type CycleSetting, cycleLengths } from "../../../src/training/schedules/cycles.ts";
import { createSchedule, type ScheduleSetting } from "../../../src/training/schedules/schedule.ts";
import { fixturesFolder } from "../../reference/networks.ts";

interface ScheduleFixture {
  readonly cases: readonly {
    readonly setting: ScheduleSetting;
    readonly cycles: CycleSetting;
    readonly stepsPerEpoch: number;
    readonly rates: readonly number[];
  }[];
  readonly plateaus: readonly {
    readonly setting: ScheduleSetting;
    readonly direction: "maximize" | "minimize";
    readonly monitored: readonly number[];
    readonly rates: readonly number[];
  }[];
}

const fixture = JSON.parse(readFileSync(new URL("schedules.json", fixturesFolder), "utf8")) as ScheduleFixture;

/** The rates of all steps of a phase, the peak being 1. */
function trace(setting: ScheduleSetting, cycles: CycleSetting, stepsPerEpoch: number): number[] {
  const schedule = createSchedule(setting, { cycles, stepsPerEpoch, direction: "maximize" });
  const numEpochs = cycleLengths(cycles).reduce((sum, length) => sum + length, 0);
  return Array.from({ length: numEpochs * stepsPerEpoch }, (_, step) => schedule(step, []));
}

describe("schedules of PyTorch and fastai", () => {
  it.each(fixture.cases)("$setting over $cycles has the same rates", ({ setting, cycles, stepsPerEpoch, rates }) => {
    const ours = trace(setting, cycles, stepsPerEpoch);
    expect(ours).toHaveLength(rates.length);
    // fastai computes in float32.
    for (const [step, rate] of rates.entries()) expect(ours[step]).toBeCloseTo(rate, 6);
  });

  it.each(fixture.plateaus)("$setting, $direction, lowers after the same epochs", (plateau) => {
    const place = { cycles: { epochs: 20 }, stepsPerEpoch: 3, direction: plateau.direction };
    const schedule = createSchedule(plateau.setting, place);
    for (const [epoch, rate] of plateau.rates.entries()) {
      expect(schedule(3 * epoch, plateau.monitored.slice(0, epoch))).toBeCloseTo(rate, 12);
    }
  });
});

const rounded = (values: readonly number[]): number[] => values.map((value) => Number(value.toFixed(4)));

describe("schedules", () => {
  it("constant stays at the peak", () => {
    expect(trace({ type: "constant" }, { epochs: 1 }, 3)).toEqual([1, 1, 1]);
  });

  // Learning rates of the head in the original kernel, 436 steps an epoch (fastai 0.7).
  it.each([
    { stage: 1, peak: 5e-3, cycles: 4, cycle_len: 2, div: 10, cut_div: 20, cut: 43, first: 5e-4, last: 5.0543e-4 },
    { stage: 2, peak: 5e-3, cycles: 2, cycle_len: 4, div: 10, cut_div: 20, cut: 87, first: 5e-4, last: 5.0272e-4 },
    { stage: 3, peak: 1.25e-3, cycles: 1, cycle_len: 8, div: 5, cut_div: 20, cut: 174, first: 2.5e-4, last: 2.503e-4 },
  ])(
    "circular is fastai's CircularLR in stage $stage",
    ({ peak, cycles, cycle_len, div, cut_div, cut, first, last }) => {
      const rates = trace({ type: "circular", div, cut_div }, { cycles, cycle_len }, 436);
      const length = cycle_len * 436;
      for (let cycle = 0; cycle < cycles; cycle += 1) {
        expect(peak * (rates[cycle * length] as number)).toBeCloseTo(first, 9);
        expect(rates[cycle * length + cut]).toBe(1);
        expect(peak * (rates[cycle * length + length - 1] as number)).toBeCloseTo(last, 8);
      }
    },
  );

  it("cosine is fastai's CosAnneal: a slow start, then restarts, each cycle twice as long", () => {
    const cycles = { cycles: 2, cycle_len: 1, cycle_mult: 2 };
    const rates = rounded(trace({ type: "cosine", warmup: 0.05 }, cycles, 10));
    expect(rates.slice(0, 13)).toEqual([
      0.01, 0.9755, 0.9045, 0.7939, 0.6545, 0.5, 0.3455, 0.2061, 0.0955, 0.0245, 1, 0.9938, 0.9755,
    ]);
    expect(rates.at(-1)).toBe(0.0062);
  });

  it("circular survives cycles shorter than cut_div", () => {
    const rates = trace({ type: "circular" }, { epochs: 1 }, 5);
    expect(rates.every((value) => value >= 0.1 && value <= 1)).toBe(true);
    expect(rates[0]).toBe(1);
  });
});

it("cycles grow by cycle_mult, epochs are one cycle", () => {
  expect(cycleLengths({ cycles: 3, cycle_len: 1, cycle_mult: 2 })).toEqual([1, 2, 4]);
  expect(cycleLengths({ cycles: 2, cycle_len: 4 })).toEqual([4, 4]);
  expect(cycleLengths({ epochs: 3 })).toEqual([3]);
});
