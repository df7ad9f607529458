import { type LabelTable, labelsOf } from "../metrics/decisions.ts";

/** Lower and upper end of a 95 % confidence interval. */
export type Interval95 = readonly [number, number];

export interface F1Intervals {
  readonly macro: Interval95;
  readonly perClass: readonly Interval95[];
}

/** The samples of one replicate, as many as there are, by their positions and with repetition. */
export type DrawSamples = (replicate: number) => ArrayLike<number>;

/**
 * 95 % intervals of macro F1 and of each class's, by the percentile bootstrap over samples (Efron 1979), the decisions as they
 * are. A class that a replicate neither has nor predicts counts as 0 there.
 */
export function bootstrapF1(
  decided: LabelTable,
  truth: LabelTable,
  { replicates, draw }: { readonly replicates: number; readonly draw: DrawSamples },
): F1Intervals {
  const { numSamples, numClasses } = truth;
  const outcomes = Array.from({ length: numSamples }, (_, sample) => ({
    predicted: labelsOf(decided, sample),
    present: labelsOf(truth, sample),
    hit: labelsOf(truth, sample).filter((k) => decided.values[sample * numClasses + k] === 1),
  }));
  const macros = new Float64Array(replicates);
  const byClass = Array.from({ length: numClasses }, () => new Float64Array(replicates));
  for (let replicate = 0; replicate < replicates; replicate += 1) {
    const samples = draw(replicate);
    const hits = new Uint32Array(numClasses);
    // Predictions and labels: 2 TP + FP + FN
    const totals = new Uint32Array(numClasses);
    for (let index = 0; index < samples.length; index += 1) {
      const outcome = outcomes[samples[index] as number] as (typeof outcomes)[number];
      for (const k of outcome.predicted) totals[k] = (totals[k] as number) + 1;
      for (const k of outcome.present) totals[k] = (totals[k] as number) + 1;
      for (const k of outcome.hit) hits[k] = (hits[k] as number) + 1;
    }
    let sum = 0;
    for (const [k, values] of byClass.entries()) {
      const total = totals[k] as number;
      const f1 = total === 0 ? 0 : (2 * (hits[k] as number)) / total;
      values[replicate] = f1;
      sum += f1;
    }
    macros[replicate] = sum / numClasses;
  }
  return { macro: interval95(macros), perClass: byClass.map(interval95) };
}

function interval95(values: Float64Array): Interval95 {
  const sorted = values.toSorted();
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/** Interpolated linearly between the two nearest values (numpy's default). */
function quantile(sorted: Float64Array, fraction: number): number {
  const position = fraction * (sorted.length - 1);
  const below = Math.floor(position);
  const [low, high] = [sorted[below] as number, sorted[Math.min(below + 1, sorted.length - 1)] as number];
  return low + (high - low) * (position - below);
}
