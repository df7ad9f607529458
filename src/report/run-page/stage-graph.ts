import type { StartedStage } from "../../base/event.ts";

/** The stages of a document with their places in a drawing from left to right. */
export interface StageGraph {
  readonly nodes: readonly GraphNode[];
  /** Each a chain of places: its ends are nodes, those between are gaps between the nodes of the columns that it crosses. */
  readonly edges: readonly (readonly GraphPlace[])[];
  readonly numColumns: number;
  /** Of the highest column. */
  readonly numRows: number;
}

/** Row 0 is the middle; halves are possible. */
export interface GraphPlace {
  readonly column: number;
  readonly row: number;
}

export interface GraphNode extends GraphPlace {
  /** The stage's name in the document. */
  readonly name: string;
  /** Indices of the run's stages; several where a matrix made them. */
  readonly stages: readonly number[];
}

interface Family {
  readonly name: string;
  readonly stages: number[];
  readonly needs: Set<string>;
}

/** What stands at a place of a column: a node, or an edge that passes. */
interface Slot {
  readonly key: string;
  /** Keys of the slots of the column before that lead here. */
  readonly from: string[];
}

/** Lays the stages out. Those of a matrix are one node. An edge that others say already (a → c beside a → b → c) is left out. */
export function layOutStages(stages: readonly StartedStage[]): StageGraph {
  const families = groupFamilies(stages);
  const columns = assignColumns(families);
  const slots: Slot[][] = Array.from({ length: Math.max(0, ...columns.values()) + 1 }, () => []);
  const chains: { readonly column: number; readonly keys: string[] }[] = [];
  for (const { name } of families.values()) slots[columns.get(name) ?? 0]?.push({ key: name, from: [] });
  for (const { name } of families.values()) {
    for (const need of listDirectNeeds(name, families)) chains.push(threadEdge(need, name, { columns, slots }));
  }
  orderColumns(slots);
  const places = placeSlots(slots);
  const placeOf = (column: number, key: string): GraphPlace => ({ column, row: places.get(`${column} ${key}`) ?? 0 });
  return {
    nodes: [...families.values()].map(({ name, stages: indices }) => {
      return { name, stages: indices, ...placeOf(columns.get(name) ?? 0, name) };
    }),
    edges: chains.map(({ column, keys }) => keys.map((key, index) => placeOf(column + index, key))),
    numColumns: slots.length,
    numRows: Math.max(0, ...slots.map(({ length }) => length)),
  };
}

function groupFamilies(stages: readonly StartedStage[]): ReadonlyMap<string, Family> {
  const nameOf = new Map(stages.map(({ stage, combination }) => [stage, combination?.of ?? stage]));
  const families = new Map<string, Family>();
  for (const [index, { stage, needs }] of stages.entries()) {
    const name = nameOf.get(stage) ?? stage;
    const family = families.get(name) ?? { name, stages: [], needs: new Set<string>() };
    families.set(name, family);
    family.stages.push(index);
    // A run of some stages only may leave out what is needed for the order.
    for (const need of needs) if (nameOf.has(need)) family.needs.add(nameOf.get(need) ?? need);
  }
  return families;
}

/** One behind the last of what a stage needs. Stages stand in the order of execution, and so do families. */
function assignColumns(families: ReadonlyMap<string, Family>): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const { name, needs } of families.values())
    columns.set(name, Math.max(-1, ...[...needs].map((need) => columns.get(need) ?? -1)) + 1);
  return columns;
}

function listDirectNeeds(name: string, families: ReadonlyMap<string, Family>): string[] {
  const needs = [...(families.get(name)?.needs ?? [])].filter((need) => need !== name);
  return needs.filter((need) => !needs.some((other) => other !== need && reaches(other, need, families)));
}

function reaches(from: string, to: string, families: ReadonlyMap<string, Family>, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return [...(families.get(from)?.needs ?? [])].some((need) => reaches(need, to, families, seen));
}

/** Takes a slot in each column that an edge crosses. */
function threadEdge(
  from: string,
  to: string,
  { columns, slots }: { readonly columns: ReadonlyMap<string, number>; readonly slots: readonly Slot[][] },
): { readonly column: number; readonly keys: string[] } {
  const [first, last] = [columns.get(from) ?? 0, columns.get(to) ?? 0];
  const keys = [from];
  for (let column = first + 1; column < last; column++) {
    const key = `${from} → ${to}`;
    slots[column]?.push({ key, from: [keys.at(-1) ?? from] });
    keys.push(key);
  }
  slots[last]?.find(({ key }) => key === to)?.from.push(keys.at(-1) ?? from);
  return { column: first, keys: [...keys, to] };
}

/** Each slot near the mean of what leads to it, so that few edges cross. */
function orderColumns(slots: Slot[][]): void {
  for (const [column, current] of slots.entries()) {
    const before = slots[column - 1];
    if (before === undefined) continue;
    const rank = new Map(before.map(({ key }, index) => [key, index - (before.length - 1) / 2]));
    const mean = ({ from }: Slot): number =>
      from.reduce((sum, key) => sum + (rank.get(key) ?? 0), 0) / Math.max(1, from.length);
    current.sort((a, b) => mean(a) - mean(b));
  }
}

function placeSlots(slots: readonly (readonly Slot[])[]): ReadonlyMap<string, number> {
  const places = slots.flatMap((column, index) =>
    column.map(({ key }, slot) => [`${index} ${key}`, slot - (column.length - 1) / 2] as const),
  );
  return new Map(places);
}
