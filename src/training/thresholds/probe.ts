import { fail } from "../../base/failure.ts";

/**
 * Fractions of samples that have each label, from the macro F1 that a leaderboard gave to predicting that label alone, for every
 * sample. Its F1 is 2p/(1 + p) and all others are 0, so that the score is s = 2p/(1 + p)/K and p = K·s/(2 - K·s).
 * `null` stays: unknown.
 */
export function fractionsFromProbes(scores: readonly (number | null)[]): (number | null)[] {
  const numClasses = scores.length;
  return scores.map((score, k) => {
    if (score === null) return null;
    if (score * numClasses <= 1) return (numClasses * score) / (2 - numClasses * score);
    return fail(
      "configuration",
      `The probe of label ${k} scored ${score}; with ${numClasses} classes one label alone cannot score above ${(1 / numClasses).toFixed(4)}.`,
      "Give the macro F1 of a submission that has this label, and no other, in every row.",
    );
  });
}
