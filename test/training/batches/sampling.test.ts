import { describe, expect, it } from "vitest";
import type { SampleSet } from "../../../src/training/batches/sample-set.ts";
import { resample } from "../../../src/training/batches/sampling.ts";

/** Samples with these labels; an "image" is its own position. */
function samplesOf(labels: readonly (readonly number[])[], numClasses: number): SampleSet {
  return {
    ...{ numSamples: labels.length, numClasses, size: 1, numChannels: 1, labels },
    readImages: async (positions) => Uint8Array.from(positions),
  };
}

const everyone = (samples: SampleSet) => Int32Array.from({ length: samples.numSamples }, (_, position) => position);

describe("oversampling", () => {
  const multipliers = [
    { classes: [2, 3], times: 4 },
    { classes: [1], times: 2 },
  ];

  it("shows each sample as often as the greatest multiplier of its labels says", async () => {
    const samples = samplesOf([[0], [1], [0, 3], [1, 2], [], [0, 1]], 4);
    const shown = resample(samples, { type: "oversample", multipliers }, 1);
    const images = await shown.readImages(everyone(shown));
    expect([...images]).toEqual([0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 5, 5]);
    expect(shown.numSamples).toBe(14);
    expect(shown.labels?.[3]).toEqual([0, 3]);
    expect([...(await shown.readImages(Int32Array.of(13, 3)))]).toEqual([5, 2]);
  });

  it("refuses a class that does not exist", () => {
    expect(() => resample(samplesOf([[0]], 2), { type: "oversample", multipliers }, 1)).toThrow("names class 2");
  });
});

describe("weighted sampling", () => {
  // Class 0 in 90 samples, 1 in 9 of these, 2 in one more; the last sample has no label.
  const labels = Array.from({ length: 92 }, (_, i) => (i < 9 ? [0, 1] : i < 90 ? [0] : i === 90 ? [2] : []));
  const samples = samplesOf(labels, 3);

  async function countDraws(
    power: number,
    numEpochs: number,
  ): Promise<{ common: number; middle: number; rare: number }> {
    const shown = resample(samples, { type: "weighted", power }, 7);
    const counts = { common: 0, middle: 0, rare: 0 };
    for (let epoch = 1; epoch <= numEpochs; epoch += 1) {
      const own = shown.inEpoch?.(epoch) as SampleSet;
      expect(own.numSamples).toBe(92);
      for (const position of await own.readImages(everyone(own))) {
        counts[position < 9 ? "middle" : position === 90 ? "rare" : "common"] += 1;
      }
    }
    return counts;
  }

  it.each([0, 0.5, 1])("draws by the rarest class's frequency to the power of minus %d", async (power) => {
    const numEpochs = 200;
    const { common, middle, rare } = await countDraws(power, numEpochs);
    const weights = { common: 82 * 90 ** -power, middle: 9 * 9 ** -power, rare: 1 };
    const sum = weights.common + weights.middle + weights.rare;
    const expected = (weight: number) => (numEpochs * 92 * weight) / sum;
    for (const [found, weight] of [
      [common, weights.common],
      [middle, weights.middle],
      [rare, weights.rare],
    ] as const) {
      // Within five standard deviations.
      expect(Math.abs(found - expected(weight))).toBeLessThan(5 * Math.sqrt(expected(weight)) + 1);
    }
  });

  it("draws anew each epoch, and the same again for the same epoch", async () => {
    const draw = async (epoch: number) => {
      const own = resample(samples, { type: "weighted", power: 1 }, 7).inEpoch?.(epoch) as SampleSet;
      return [...(await own.readImages(everyone(own)))];
    };
    expect(await draw(3)).toEqual(await draw(3));
    expect(await draw(3)).not.toEqual(await draw(4));
  });
});
