/** The loss, smoothed, at learning rates that grow from step to step. */
export interface LrCurve {
  readonly learningRates: readonly number[];
  readonly losses: readonly number[];
}

/** Learning rates by fastai's four rules; one that a curve is too short for is `null`. */
export interface LrSuggestions {
  /** A good third into the longest stretch over which the loss falls (fastai's default). */
  readonly valley: number | null;
  /** Where the slope begins to differ much from that some steps later, coming from the end. */
  readonly slide: number | null;
  /** A tenth of the rate of the lowest loss. */
  readonly minimum: number | null;
  /** Where the loss falls fastest. */
  readonly steep: number | null;
}

/** Leaves out the first tenth of `numSteps`, where the smoothed loss has not settled, and the last five steps, which diverge. */
export function trimCurve({ learningRates, losses }: LrCurve, numSteps: number): LrCurve {
  const [start, end] = [Math.floor(numSteps / 10), -5];
  return { learningRates: learningRates.slice(start, end), losses: losses.slice(start, end) };
}

export function suggestLearningRates(curve: LrCurve): LrSuggestions {
  return {
    valley: suggestValley(curve),
    slide: suggestSlide(curve),
    minimum: suggestMinimum(curve),
    steep: suggestSteep(curve),
  };
}

function suggestValley({ learningRates, losses }: LrCurve): number | null {
  // Of each point, the length of the longest falling sequence that ends there.
  const lengths = new Array<number>(losses.length).fill(1);
  let [start, end] = [0, 0];
  for (const [i, loss] of losses.entries()) {
    for (let j = 0; j < i; j += 1) {
      const length = (lengths[j] as number) + 1;
      if (loss < (losses[j] as number) && (lengths[i] as number) < length) lengths[i] = length;
      if ((lengths[end] as number) >= (lengths[i] as number)) continue;
      end = i;
      start = end - (lengths[end] as number);
    }
  }
  const third = (end - start) / 3;
  // A sequence as long as the curve begins one before it.
  return learningRates.at(start + Math.floor(third) + Math.floor(third / 2)) ?? null;
}

/** Steps between the two slopes, and how much they may differ. */
const slideWidth = 15;
const slideTolerance = 0.005;

function suggestSlide({ learningRates, losses }: LrCurve): number | null {
  const slopes = differentiate(losses);
  let right = losses.length - 1;
  let left = right - slideWidth;
  let suggestion = learningRates[left] ?? null;
  while (left >= 0 && Math.abs((slopes[right] as number) - (slopes[left] as number)) > slideTolerance) {
    suggestion = learningRates[left] as number;
    right -= 1;
    left -= 1;
  }
  return suggestion;
}

function suggestMinimum({ learningRates, losses }: LrCurve): number | null {
  const rate = learningRates[indexOfLeast(losses)];
  return rate === undefined ? null : rate / 10;
}

function suggestSteep({ learningRates, losses }: LrCurve): number | null {
  const slopes = losses.slice(1).map((loss, index) => {
    const [before, after] = [learningRates[index] as number, learningRates[index + 1] as number];
    return (loss - (losses[index] as number)) / (Math.log(after) - Math.log(before));
  });
  return learningRates[indexOfLeast(slopes)] ?? null;
}

/** Central differences, at the ends one-sided ones (numpy's `gradient`). */
function differentiate(values: readonly number[]): number[] {
  return values.map((_, index) => {
    const [before, after] = [Math.max(index - 1, 0), Math.min(index + 1, values.length - 1)];
    return ((values[after] as number) - (values[before] as number)) / (after - before);
  });
}

function indexOfLeast(values: readonly number[]): number {
  return values.reduce(
    (best, value, index) => (value < (values[best] as number) ? index : best),
    values.length > 0 ? 0 : -1,
  );
}
