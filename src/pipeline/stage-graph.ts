import type { SourceRange } from "../base/diagnostic.ts";
import type { StageId } from "../base/ids.ts";

/** For each stage, in the order of the document: the stages that it depends on, and where the document says so. */
export type StageGraph = ReadonlyMap<StageId, ReadonlyMap<StageId, SourceRange>>;

/**
 * The stages in an order in which they can run: each after those that it depends on, otherwise as in the document.
 * Stages of a cycle, which have no such order, are in it all the same. Not recursive: chains may be long.
 */
export function orderStages(graph: StageGraph): StageId[] {
  const ordered = new Set<StageId>();
  const entered = new Set<StageId>();
  const enter = (stage: StageId) => {
    entered.add(stage);
    return { stage, needs: (graph.get(stage) ?? new Map<StageId, SourceRange>()).keys() };
  };
  for (const start of graph.keys()) {
    const path = entered.has(start) ? [] : [enter(start)];
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const next = last.needs.next();
      if (!next.done && !entered.has(next.value) && graph.has(next.value)) path.push(enter(next.value));
      if (!next.done) continue;
      ordered.add(last.stage);
      path.pop();
    }
  }
  return [...ordered];
}

/**
 * Cycles, each as the stages along it (`a` needs `b` needs `c` needs `a`), shortest first found; every stage that
 * lies on a cycle is in one of them or in the same knot as one.
 */
export function findCycles(graph: StageGraph): StageId[][] {
  const cycles: StageId[][] = [];
  const explained = new Set<StageId>();
  const suspects = listUnordered(graph);
  for (const start of suspects) {
    if (explained.has(start)) continue;
    const cycle = findShortestCycle(graph, start, suspects);
    if (cycle === undefined || cycle.some((stage) => explained.has(stage))) continue;
    cycles.push(cycle);
    for (const stage of cycle) explained.add(stage);
  }
  return cycles;
}

/** Stages left when all that can be put in order is taken away, from either end: those on cycles or between two. */
function listUnordered(graph: StageGraph): ReadonlySet<StageId> {
  const left = new Set(graph.keys());
  const dependents = reverse(graph);
  const numNeeds = new Map(
    [...graph].map(([stage, needs]) => [stage, [...needs.keys()].filter((need) => graph.has(need)).length]),
  );
  const ready = [...left].filter((stage) => numNeeds.get(stage) === 0);
  for (let stage = ready.pop(); stage !== undefined; stage = ready.pop()) {
    left.delete(stage);
    for (const dependent of dependents.get(stage) ?? []) {
      const num = (numNeeds.get(dependent) ?? 0) - 1;
      numNeeds.set(dependent, num);
      if (num === 0) ready.push(dependent);
    }
  }
  return left;
}

/** Breadth first from `start` along dependencies until one leads back to it. */
function findShortestCycle(graph: StageGraph, start: StageId, within: ReadonlySet<StageId>): StageId[] | undefined {
  const cameFrom = new Map<StageId, StageId>();
  let front = [start];
  while (front.length > 0) {
    const next: StageId[] = [];
    for (const stage of front) {
      for (const need of graph.get(stage)?.keys() ?? []) {
        if (need === start) return tracePath(cameFrom, start, stage);
        if (!within.has(need) || cameFrom.has(need)) continue;
        cameFrom.set(need, stage);
        next.push(need);
      }
    }
    front = next;
  }
  return undefined;
}

function tracePath(cameFrom: ReadonlyMap<StageId, StageId>, start: StageId, end: StageId): StageId[] {
  const path = [end];
  for (let stage = end; stage !== start; ) {
    stage = cameFrom.get(stage) ?? start;
    path.unshift(stage);
  }
  return path;
}

/** A function that lists all stages that need a stage, directly or through others, and the stage itself. */
export function createDependentsFinder(graph: StageGraph): (stage: StageId) => ReadonlySet<StageId> {
  let dependents: ReadonlyMap<StageId, readonly StageId[]> | undefined;
  return (stage) => {
    dependents ??= reverse(graph);
    const found = new Set([stage]);
    for (const each of found) for (const dependent of dependents.get(each) ?? []) found.add(dependent);
    return found;
  };
}

/** For each stage, those that need it directly. */
function reverse(graph: StageGraph): ReadonlyMap<StageId, readonly StageId[]> {
  const dependents = new Map<StageId, StageId[]>([...graph.keys()].map((stage) => [stage, []]));
  for (const [stage, needs] of graph) for (const need of needs.keys()) dependents.get(need)?.push(stage);
  return dependents;
}
