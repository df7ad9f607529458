export interface PredictionTable {
  /** `[numSamples, numClasses]`. */
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
}

/** How several predictions of one sample become one. */
export interface Reduction {
  readonly by: "mean" | "max";
  readonly of: "probabilities" | "logits";
}

export interface Reducer {
  /** Adds a prediction that counts `weight` times, for the values from `start` on. */
  add(logits: Float32Array, start: number, weight: number): void;
  finish(): PredictionTable;
}

/**
 * Reduces predictions as they come, in double precision. The table's logits and probabilities agree: logit is the log of
 * p / (1 - p) of what was reduced.
 */
export function createReduction({ by, of }: Reduction, numValues: number): Reducer {
  // The greatest probability is the one of the greatest logit.
  if (by === "max") return reduceToMax(numValues);
  return of === "logits" ? reduceToMeanLogit(numValues) : reduceToMeanProbability(numValues);
}

function reduceToMax(numValues: number): Reducer {
  const greatest = new Float64Array(numValues).fill(Number.NEGATIVE_INFINITY);
  return {
    add(logits, start) {
      for (const [index, logit] of logits.entries()) {
        greatest[start + index] = Math.max(greatest[start + index] as number, logit);
      }
    },
    finish: () => toTable(greatest),
  };
}

function reduceToMeanLogit(numValues: number): Reducer {
  const sums = new Float64Array(numValues);
  const weights = new Float64Array(numValues);
  return {
    add(logits, start, weight) {
      for (const [index, logit] of logits.entries()) {
        sums[start + index] = (sums[start + index] as number) + weight * logit;
        weights[start + index] = (weights[start + index] as number) + weight;
      }
    },
    finish: () => toTable(sums.map((sum, index) => sum / (weights[index] as number))),
  };
}

function reduceToMeanProbability(numValues: number): Reducer {
  // 1 - p is summed by itself: it would be lost beside p near 1.
  const present = new Float64Array(numValues);
  const absent = new Float64Array(numValues);
  return {
    add(logits, start, weight) {
      for (const [index, logit] of logits.entries()) {
        present[start + index] = (present[start + index] as number) + weight * sigmoid(logit);
        absent[start + index] = (absent[start + index] as number) + weight * sigmoid(-logit);
      }
    },
    finish: () => toTable(present.map((sum, index) => Math.log(sum) - Math.log(absent[index] as number))),
  };
}

function toTable(logits: Float64Array): PredictionTable {
  return { logits: Float32Array.from(logits), probabilities: Float32Array.from(logits, sigmoid) };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
