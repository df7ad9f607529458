import type { StageId } from "../base/ids.ts";
import type { Pipeline } from "./pipeline.ts";
import { isSameValue, parseStageName } from "./selector.ts";

/** The stages that a name on the command line means: one, or of a matrix all (`train`) or those with some values (`train@fold=0`). */
export function findStages({ stages }: Pipeline, text: string): readonly StageId[] {
  const exact = stages.filter(({ id }) => id === text);
  const asked = parseStageName(text);
  if (exact.length > 0 || asked === undefined) return exact.map(({ id }) => id);
  const found = stages.filter(({ combination }) => {
    if (combination?.of !== asked.name) return false;
    return [...asked.selector].every(([key, wanted]) => {
      const value = combination.values[key];
      return value !== undefined && (wanted === "*" || isSameValue(String(value), wanted));
    });
  });
  return found.map(({ id }) => id);
}

/** What stages can be called: each by its name in the document, those of a matrix also each by its own. */
export function listStageNames({ stages }: Pipeline): readonly string[] {
  return [
    ...new Set(stages.flatMap(({ id, combination }) => (combination === undefined ? [id] : [combination.of, id]))),
  ];
}
