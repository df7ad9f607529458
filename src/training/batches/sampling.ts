import { fail } from "../../base/failure.ts";
import { createRandom } from "../../util/random.ts";
import type { SampleSet } from "./sample-set.ts";

/** How often an epoch shows which samples. */
export type SamplingSetting =
  | {
      readonly type: "oversample";
      readonly multipliers: readonly { readonly classes: readonly number[]; readonly times: number }[];
    }
  | {
      readonly type: "weighted";
      /** 1: in inverse proportion to a class's frequency, 0.5: to its square root, 0: all alike. */
      readonly power: number;
    };

/** The samples as training is to see them. */
export function resample(samples: SampleSet, setting: SamplingSetting, seed: number): SampleSet {
  const labels = samples.labels ?? [];
  if (setting.type === "oversample") return selectEntries(samples, oversample(labels, samples.numClasses, setting));
  const weights = weighSamples(labels, samples.numClasses, setting.power);
  return {
    ...samples,
    inEpoch: (epoch) => selectEntries(samples, drawWeighted(weights, [seed, "sampling", epoch])),
  };
}

/** A set whose sample i is sample `entries[i]` of another. */
function selectEntries(samples: SampleSet, entries: Int32Array): SampleSet {
  const { labels } = samples;
  return {
    ...samples,
    numSamples: entries.length,
    labels: labels && Array.from(entries, (position) => labels[position] as readonly number[]),
    readImages: (positions) => samples.readImages(positions.map((entry) => entries[entry] as number)),
  };
}

/** Each sample as often as the greatest multiplier of its labels says, as in the kernel behind the 0.460 entry. */
function oversample(
  labels: readonly (readonly number[])[],
  numClasses: number,
  { multipliers }: Extract<SamplingSetting, { type: "oversample" }>,
): Int32Array {
  const times = new Array<number>(numClasses).fill(1);
  for (const { classes, times: count } of multipliers) {
    for (const label of classes) {
      if (label >= numClasses) {
        fail("configuration", `sampling names class ${label}; classes go from 0 to ${numClasses - 1}.`);
      }
      times[label] = count;
    }
  }
  const entries = labels.flatMap((ofSample, position) => {
    const count = Math.max(1, ...ofSample.map((label) => times[label] as number));
    return new Array<number>(count).fill(position);
  });
  return Int32Array.from(entries);
}

/** The weight of a sample is that of its rarest class; one without labels weighs as much as the most frequent class. */
function weighSamples(labels: readonly (readonly number[])[], numClasses: number, power: number): Float64Array {
  const counts = new Array<number>(numClasses).fill(0);
  for (const label of labels.flat()) counts[label] = (counts[label] as number) + 1;
  const mostFrequent = Math.max(...counts);
  return Float64Array.from(labels, (ofSample) => {
    const rarest = Math.min(mostFrequent, ...ofSample.map((label) => counts[label] as number));
    return rarest ** -power;
  });
}

/** As many samples as there are, each drawn by its weight, with replacement. */
function drawWeighted(weights: Float64Array, key: readonly (number | string)[]): Int32Array {
  const random = createRandom(...key);
  let sum = 0;
  const sums = weights.map((weight) => {
    sum += weight;
    return sum;
  });
  return Int32Array.from(weights, () => firstAbove(sums, random.uniform() * sum));
}

/** The first position whose value is greater; values ascend. */
function firstAbove(values: Float64Array, bound: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
