import type { SourceRange } from "../base/diagnostic.ts";
import { type Combination, labelCombination, textOfValue } from "./combination.ts";
import type { DocumentNode, MapEntry, MapNode, ScalarNode } from "./document-node.ts";
import { problem, type Report, suggestFrom, valueProblem } from "./problem.ts";
import { namePattern, nameRule } from "./reference.ts";
import { isSameValue } from "./selector.ts";
import type { StageSchemas } from "./stage-schemas.ts";
import { validateNode } from "./validate-node.ts";

/** A checked `matrix:` of a stage. */
export interface Matrix {
  /** Keys that have a list of values. */
  readonly axes: readonly string[];
  /** At least one. */
  readonly combinations: readonly Combination[];
}

/** As many as GitHub's matrices have. */
const maxCombinations = 256;

/** The values of one combination under construction. */
type Values = ReadonlyMap<string, ScalarNode>;

/**
 * Expands the matrix of a stage, parameters filled in, as GitHub Actions does: all combinations of the lists, without those
 * that match an item of `exclude`; then each item of `include` adds its values to the combinations whose values it does not
 * contradict, or is a combination of its own if there is none. `undefined` if a mistake, which is reported, leaves it open.
 */
export function expandMatrix(
  stage: string,
  entry: MapEntry,
  schemas: StageSchemas,
  report: Report,
): Matrix | undefined {
  const { keyRange, value: node } = entry;
  const problems = [
    ...validateNode(node, schemas.matrix, { schemas, stage, prefix: ["matrix"], owner: keyRange }),
    ...(node.type === "map" ? checkValues(stage, node) : []),
  ];
  for (const found of problems) report(found);
  if (problems.length > 0 || node.type !== "map") return undefined;
  const axes = [...node.entries].filter(([key]) => key !== "include" && key !== "exclude");
  const lists = axes.map(([key, { value }]) => [key, listScalars(value)] as const);
  // A value that is not known was reported where it is defined.
  if (lists.some(([, values]) => values === undefined)) return undefined;
  const size = lists.reduce((product, [, values]) => product * (values?.length ?? 1), 1);
  const tooMany = () => {
    const message = `the matrix of stage "${stage}" has more than ${maxCombinations} combinations`;
    report(valueProblem("PIPE131", { ...node, range: keyRange }, message, { hint: "Divide it among several stages." }));
    return undefined;
  };
  if (size > maxCombinations) return tooMany();
  const combined = combine(lists.map(([key, values]) => [key, values ?? []]));
  const original = exclude(combined, listMaps(node, "exclude"));
  const names = axes.map(([key]) => key);
  const combinations = include(original, listMaps(node, "include"), names);
  if (combinations.length > maxCombinations) return tooMany();
  if (combinations.length === 0) {
    const hint = "Remove something from exclude, or add a value.";
    report(problem("PIPE131", keyRange, `the matrix of stage "${stage}" has no combination left`, { hint }));
    return undefined;
  }
  const clash = findClash(combinations);
  if (clash === undefined) return { axes: names, combinations };
  report(describeDuplicate(stage, clash, keyRange));
  return undefined;
}

/** What a schema cannot say: names, values that stand twice, keys that nothing varies. */
function checkValues(stage: string, node: MapNode) {
  const axes = [...node.entries.keys()].filter((key) => key !== "include" && key !== "exclude");
  return [...node.entries].flatMap(([key, { keyRange, value }]) => {
    if (key === "exclude") return checkExcluded(stage, axes, value);
    if (key === "include") return [];
    if (!namePattern.test(key)) {
      return [problem("PIPE116", keyRange, `"${key}" cannot be the name of a key of a matrix`, { hint: nameRule })];
    }
    return value.type === "list" ? checkList(stage, key, value.items) : [];
  });
}

function checkList(stage: string, key: string, items: readonly DocumentNode[]) {
  const problems = [];
  const seen: ScalarNode[] = [];
  for (const item of items) {
    if (item.type === "template") {
      const message = `"matrix.${key}" of stage "${stage}" takes values that are known before the run, not artifacts`;
      problems.push(valueProblem("PIPE114", item, message));
    }
    if (item.type !== "scalar") continue;
    const twin = seen.find((other) => isSameValue(textOfValue(other), textOfValue(item)));
    if (twin === undefined) seen.push(item);
    else {
      const message = `${textOfValue(item)} stands twice in "matrix.${key}" of stage "${stage}"`;
      const related = [{ message: "it stands here too", location: twin.origin?.definition ?? twin.range }];
      problems.push(valueProblem("PIPE131", item, message, { hint: "Remove one of them.", related }));
    }
  }
  return problems;
}

function checkExcluded(stage: string, axes: readonly string[], value: DocumentNode) {
  const items = value.type === "list" ? value.items : [];
  return items.flatMap((item) => {
    const keys = item.type === "map" ? [...item.entries] : [];
    return keys.flatMap(([key, { keyRange }]) => {
      if (axes.includes(key)) return [];
      const hint = suggestFrom("Keys with lists", key, axes);
      const message = `"matrix.exclude" of stage "${stage}" names "${key}", of which the matrix has no list`;
      return [problem("PIPE131", keyRange, message, { hint })];
    });
  });
}

function listScalars(node: DocumentNode): readonly ScalarNode[] | undefined {
  const items = node.type === "list" ? node.items : [];
  const scalars = items.filter((item) => item.type === "scalar");
  return node.type === "list" && scalars.length === items.length ? scalars : undefined;
}

function listMaps(matrix: MapNode, key: "include" | "exclude"): readonly Values[] {
  const value = matrix.entries.get(key)?.value;
  const items = value?.type === "list" ? value.items : [];
  return items.flatMap((item) => {
    if (item.type !== "map") return [];
    const entries = [...item.entries].map(([name, entry]) => [name, entry.value] as const);
    return [new Map(entries.filter((pair): pair is readonly [string, ScalarNode] => pair[1].type === "scalar"))];
  });
}

/** The last key varies fastest. */
function combine(lists: readonly (readonly [string, readonly ScalarNode[]])[]): Values[] {
  if (lists.length === 0) return [];
  let combinations: Values[] = [new Map()];
  for (const [key, values] of lists) {
    combinations = combinations.flatMap((one) => values.map((value) => new Map([...one, [key, value]])));
  }
  return combinations;
}

function exclude(combinations: readonly Values[], excluded: readonly Values[]): Values[] {
  return combinations.filter(
    (one) => !excluded.some((pattern) => [...pattern].every(([key, value]) => holds(one, key, value))),
  );
}

function holds(values: Values, key: string, value: ScalarNode): boolean {
  const own = values.get(key);
  return own !== undefined && isSameValue(textOfValue(own), textOfValue(value));
}

function include(original: readonly Values[], included: readonly Values[], axes: readonly string[]): Combination[] {
  const extended = original.map((values) => new Map(values));
  const added: Values[] = [];
  for (const item of included) {
    const fitting = extended.filter((_, index) =>
      [...item].every(([key, value]) => original[index]?.get(key) === undefined || holds(original[index], key, value)),
    );
    for (const values of fitting) for (const [key, value] of item) values.set(key, value);
    if (fitting.length === 0) added.push(item);
  }
  // What include adds to a combination does not tell it from the others.
  return [
    ...extended.map((values) => ({ values, label: labelCombination(values, axes) })),
    ...added.map((values) => ({ values, label: labelCombination(values, [...values.keys()]) })),
  ];
}

function findClash(combinations: readonly Combination[]): Combination | undefined {
  const labels = new Set<string>();
  return combinations.find(({ label }) => labels.size === labels.add(label).size);
}

function describeDuplicate(stage: string, { values, label }: Combination, keyRange: SourceRange) {
  const [first] = values.values();
  const message = `the matrix of stage "${stage}" has the combination ${label} twice`;
  return problem("PIPE131", first?.range ?? keyRange, message, { hint: "Remove one of them from include." });
}
