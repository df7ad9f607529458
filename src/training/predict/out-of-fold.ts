import { fail } from "../../base/failure.ts";
import type { Predictions } from "../../data/predictions.ts";
import { checkClasses } from "./ensemble.ts";

/** Puts predictions of different samples behind each other. A sample that comes twice is a failure of the input. */
export function concatenatePredictions(parts: readonly Predictions[]): Predictions {
  const [first] = parts;
  if (first === undefined) return fail("input", "There are no predictions to put together.");
  for (const [index, part] of parts.entries()) checkClasses(first, part, index);
  const ids = parts.flatMap((part) => part.ids);
  const seen = new Set<string>();
  const twice = ids.filter((id) => seen.size === seen.add(id).size);
  if (twice.length > 0) {
    fail(
      "input",
      `${twice.length} samples are in more than one set of predictions (${twice.slice(0, 3).join(", ")}, …).`,
      "Out-of-fold predictions come from the folds of one dataset/split setting. For models that predicted the same samples, use by: mean.",
    );
  }
  const numKnown = parts.filter(({ labels }) => labels !== null).length;
  if (numKnown !== 0 && numKnown !== parts.length) {
    fail(
      "input",
      `Only ${numKnown} of ${parts.length} sets of predictions have labels.`,
      "Give sets with labels, or without.",
    );
  }
  const numValues = ids.length * first.numClasses;
  return {
    ids,
    numClasses: first.numClasses,
    classNames: first.classNames,
    logits: join(
      new Float32Array(numValues),
      parts.map(({ logits }) => logits),
    ),
    probabilities: join(
      new Float32Array(numValues),
      parts.map(({ probabilities }) => probabilities),
    ),
    labels:
      numKnown === 0
        ? null
        : join(
            new Uint8Array(numValues),
            parts.map(({ labels }) => labels ?? []),
          ),
  };
}

function join<Values extends Float32Array | Uint8Array>(target: Values, parts: readonly ArrayLike<number>[]): Values {
  let start = 0;
  for (const part of parts) {
    target.set(part, start);
    start += part.length;
  }
  return target;
}
