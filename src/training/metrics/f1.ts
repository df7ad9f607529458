import type { LabelTable } from "./decisions.ts";

/** How well one class is found. Ratios without a denominator are 0, as scikit-learn's default has it. */
export interface ClassScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Samples that have the label. */
  readonly support: number;
}

export interface F1Scores {
  readonly perClass: readonly ClassScore[];
  /** The mean over classes; one that is neither present nor predicted counts as 0. */
  readonly macro: number;
  /** Of all decisions together. */
  readonly micro: number;
  /** The mean over classes, weighted by support. */
  readonly weighted: number;
  /** The mean over samples of each sample's own F1. */
  readonly samples: number;
}

/** F1 = 2 TP / (2 TP + FP + FN) in all of scikit-learn's averages. */
export function computeF1(predicted: LabelTable, truth: LabelTable): F1Scores {
  const byClass = Array.from({ length: truth.numClasses }, () => new Counts());
  const overall = new Counts();
  let sumOverSamples = 0;
  for (let sample = 0; sample < truth.numSamples; sample += 1) {
    const own = new Counts();
    for (let k = 0; k < truth.numClasses; k += 1) {
      const index = sample * truth.numClasses + k;
      const isPredicted = predicted.values[index] === 1;
      const isTrue = truth.values[index] === 1;
      for (const counts of [byClass[k] as Counts, overall, own]) counts.add(isPredicted, isTrue);
    }
    sumOverSamples += own.f1;
  }
  const perClass = byClass.map(({ precision, recall, f1, support }) => ({ precision, recall, f1, support }));
  return {
    perClass,
    macro: perClass.reduce((sum, { f1 }) => sum + f1, 0) / truth.numClasses,
    micro: overall.f1,
    weighted: ratio(
      perClass.reduce((sum, { f1, support }) => sum + f1 * support, 0),
      overall.support,
    ),
    samples: ratio(sumOverSamples, truth.numSamples),
  };
}

class Counts {
  #truePositives = 0;
  #falsePositives = 0;
  #falseNegatives = 0;

  add(isPredicted: boolean, isTrue: boolean): void {
    if (isPredicted && isTrue) this.#truePositives += 1;
    else if (isPredicted) this.#falsePositives += 1;
    else if (isTrue) this.#falseNegatives += 1;
  }

  get support(): number {
    return this.#truePositives + this.#falseNegatives;
  }
  get precision(): number {
    return ratio(this.#truePositives, this.#truePositives + this.#falsePositives);
  }
  get recall(): number {
    return ratio(this.#truePositives, this.support);
  }
  get f1(): number {
    return ratio(2 * this.#truePositives, 2 * this.#truePositives + this.#falsePositives + this.#falseNegatives);
  }
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
