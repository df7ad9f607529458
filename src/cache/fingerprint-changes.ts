import type { FingerprintChange } from "../base/event.ts";
import { flattenJson, listDifferences } from "../base/flatten-json.ts";
import type { FingerprintInputs } from "./fingerprint.ts";

/**
 * Lists what differs between two fingerprints' inputs, by dotted path (`with.phases.0.lr`, `inputs.dataset`, `env.LANG`) in
 * code-unit order. Empty objects are no value of their own: a field that went is reported by itself.
 */
export function listFingerprintChanges(before: FingerprintInputs, after: FingerprintInputs): FingerprintChange[] {
  const old = flattenJson(before);
  const current = flattenJson(after);
  return listDifferences(old, current).filter(
    ({ path, before, after }) =>
      isEmptyObject(before) === false && isEmptyObject(after) === false && !isPlaceOfArtifact(path, current, old),
  );
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** `with.models.1` is only the place of `inputs.models.1`, which says more. */
function isPlaceOfArtifact(path: string, ...leaves: readonly ReadonlyMap<string, unknown>[]): boolean {
  const input = path.replace(/^with\./, "inputs.");
  return input !== path && leaves.some((known) => known.has(input));
}
