import type { SourceRange } from "../base/diagnostic.ts";
import type { StageId } from "../base/ids.ts";
import { type Combination, textOfValue } from "./combination.ts";
import { type DocumentNode, type MapEntry, type MapNode, visitNodes } from "./document-node.ts";
import { expandMatrix } from "./matrix.ts";
import { fillInMatrix } from "./matrix-references.ts";
import { problem, type Report } from "./problem.ts";
import { isSameValue, type Selector } from "./selector.ts";
import { outlineStage, type StageOutline } from "./stage-outline.ts";
import type { StageSchemas } from "./stage-schemas.ts";

/** What stands below one key of `stages:`: a stage, or those that its matrix makes of it. */
export interface StageFamily {
  readonly name: string;
  readonly keyRange: SourceRange;
  /** Keys of the matrix that have lists; none without a matrix, or if it only has `include`. */
  readonly axes: readonly string[];
  /** At least one; more only with a matrix. */
  readonly members: readonly StageOutline[];
}

export interface FamilyContext {
  readonly schemas: StageSchemas;
  readonly report: Report;
  /** Values that matrices may still add to the document. */
  readonly budget: { left: number };
}

/** How many values matrices may add to a document: far above any real one. */
export const maxMatrixValues = 1_000_000;

/** Checks what concerns a stage alone, for each combination of its matrix. Parameters are filled in already. */
export function outlineFamily(name: string, entry: MapEntry, context: FamilyContext): StageFamily {
  const { schemas, report } = context;
  const { keyRange, value } = entry;
  const matrixEntry = value.type === "map" ? value.entries.get("matrix") : undefined;
  if (value.type !== "map" || matrixEntry === undefined) {
    const id = name as StageId; // the one place, with that of combinations below, where a name becomes an id
    const outline = outlineStage({ id, name }, entry, schemas, report);
    return { name, keyRange, axes: [], members: [outline] };
  }
  const matrix = expandMatrix(name, matrixEntry, schemas, report);
  const template = withoutKey(value, "matrix");
  const isAffordable = matrix === undefined || spend(template, matrix.combinations.length, context, keyRange);
  if (matrix === undefined || !isAffordable) {
    const broken = { type: "broken", id: name as StageId, name, keyRange, node: template } as const;
    return { name, keyRange, axes: [], members: [broken] };
  }
  const keys = new Set(matrix.combinations.flatMap(({ values }) => [...values.keys()]));
  const members = matrix.combinations.map((combination) => {
    const own = { keyRange, value: fillInMatrix(template, combination, { keys, report }) };
    const id = `${name}@${combination.label}` as StageId;
    return outlineStage({ id, name, combination }, own, schemas, report);
  });
  return { name, keyRange, axes: matrix.axes, members };
}

function spend(node: DocumentNode, times: number, { budget, report }: FamilyContext, range: SourceRange): boolean {
  let size = 0;
  visitNodes(node, () => size++);
  budget.left -= size * times;
  if (budget.left >= 0) return true;
  report(problem("PIPE119", range, `the matrices expand to more than ${maxMatrixValues} values`));
  return false;
}

function withoutKey(node: MapNode, key: string): MapNode {
  return { ...node, entries: new Map([...node.entries].filter(([name]) => name !== key)) };
}

/** The stages of a family that a reference means. */
export interface FamilySelection {
  /** Exactly one, whatever values the lists of the matrix have: not a list that happens to have one item. */
  readonly isOne: boolean;
  /** At least one. */
  readonly members: readonly StageOutline[];
}

/** Why a reference means no stage of the family. */
export type SelectionProblem =
  | { readonly type: "no-matrix" }
  | { readonly type: "unknown-key"; readonly key: string; readonly keys: readonly string[] }
  /** What was asked for, as a label, and whether the asking stage's own matrix is part of it. */
  | { readonly type: "no-combination"; readonly label: string; readonly isShared: boolean };

/**
 * The stages of a family that a selector means, seen from a stage with the combination `own`: of keys that both matrices have,
 * those with the same value, unless the selector says otherwise.
 */
export function selectMembers(
  { axes, members }: StageFamily,
  selector: Selector,
  own: Combination | undefined,
): FamilySelection | SelectionProblem {
  const keys = new Set(members.flatMap(({ combination }) => [...(combination?.values.keys() ?? [])]));
  const isExpanded = members.some(({ combination }) => combination !== undefined);
  // What a stage is whose matrix is wrong nobody can say.
  if (!isExpanded && members.some(({ type }) => type === "broken")) return { isOne: true, members };
  if (!isExpanded) return selector.size > 0 ? { type: "no-matrix" } : { isOne: true, members };
  for (const key of selector.keys()) if (!keys.has(key)) return { type: "unknown-key", key, keys: [...keys] };
  const wanted = new Map<string, string>();
  for (const [key, value] of own?.values ?? []) {
    if (keys.has(key) && !selector.has(key)) wanted.set(key, textOfValue(value));
  }
  const isShared = wanted.size > 0;
  for (const [key, text] of selector) if (text !== "*") wanted.set(key, text);
  const found = members.filter(({ combination }) =>
    [...wanted].every(([key, text]) => {
      const value = combination?.values.get(key);
      return value !== undefined && isSameValue(textOfValue(value), text);
    }),
  );
  if (found.length === 0) {
    const label = [...wanted].map(([key, text]) => `${key}=${text}`).join(",");
    return { type: "no-combination", label, isShared };
  }
  const isDetermined = wanted.size > 0 && axes.every((key) => wanted.has(key));
  return { isOne: isDetermined && found.length === 1, members: found };
}
