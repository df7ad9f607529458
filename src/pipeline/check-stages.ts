import type { SourceRange } from "../base/diagnostic.ts";
import type { StageId } from "../base/ids.ts";
import type { ArtifactContext } from "./artifacts.ts";
import { resolveCommand } from "./command-stage.ts";
import { type MapNode, visitNodes } from "./document-node.ts";
import type { Parameters } from "./parameters.ts";
import type { OutputDeclaration, Stage } from "./pipeline.ts";
import { type ProblemList, problem, type Report } from "./problem.ts";
import { resolveWith } from "./resolve-with.ts";
import { createDependentsFinder, findCycles, orderStages, type StageGraph } from "./stage-graph.ts";
import { type CommandOutline, type KindOutline, outlineStage, type StageOutline } from "./stage-outline.ts";
import { followReferences, type StageReferences } from "./stage-references.ts";
import type { StageSchemas } from "./stage-schemas.ts";
import { validateNode } from "./validate-node.ts";

interface StageCheck {
  readonly schemas: StageSchemas;
  readonly parameters: Parameters;
  readonly problems: ProblemList;
}

/** Checks all stages, one by one and how they fit together. Of use only if nothing was reported. */
export function checkStages(node: MapNode, check: StageCheck): Stage[] {
  const { schemas, parameters, problems } = check;
  const { report } = problems;
  const outlines = new Map<string, StageOutline>();
  for (const [id, entry] of node.entries) {
    if (problems.isFull()) break;
    const filledIn = { ...entry, value: parameters.fillIn(entry.value) };
    outlines.set(id, outlineStage(id, filledIn, schemas, report));
  }

  const references = new Map<StageId, StageReferences>();
  for (const outline of outlines.values()) {
    if (problems.isFull()) break;
    references.set(outline.id, followReferences(outline, outlines, report));
  }
  const graph: StageGraph = new Map([...references].map(([id, { dependencies }]) => [id, dependencies]));
  for (const cycle of findCycles(graph)) reportCycle(cycle, graph, report);

  const dependentsOf = createDependentsFinder(graph);
  const stages = new Map<StageId, Stage>();
  for (const outline of outlines.values()) {
    if (problems.isFull()) break;
    const own = references.get(outline.id);
    if (outline.type === "broken" || own === undefined) continue;
    const context = { outlines, references: own, dependentsOf, report };
    stages.set(outline.id, resolveStage(outline, own, schemas, context));
  }
  return orderStages(graph).flatMap((id) => stages.get(id) ?? []);
}

function resolveStage(
  outline: KindOutline | CommandOutline,
  references: StageReferences,
  schemas: StageSchemas,
  context: ArtifactContext,
): Stage {
  const base = {
    id: outline.id,
    needs: [...references.dependencies.keys()],
    outputs: declareOutputs(outline),
    location: outline.keyRange,
    locations: locateValues(outline.node),
  };
  if (outline.type === "command") {
    return { ...base, type: "command", uses: "run", ...resolveCommand(outline.id, outline.node, context) };
  }
  const { schema } = outline;
  const entry = outline.node.entries.get("with");
  const owner = entry?.keyRange ?? outline.keyRange;
  const given = entry === undefined ? emptyMap(owner) : entry.value;
  if (given.type === "map") {
    const place = { schemas, stage: outline.id, prefix: ["with"], owner };
    for (const found of validateNode(given, schema, place)) context.report(found);
  }
  const resolved = resolveWith(outline.id, schema, given.type === "map" ? given : emptyMap(owner), context);
  return {
    ...base,
    type: "kind",
    uses: schema["x-uses"],
    revision: schema["x-revision"],
    with: resolved.value,
    unfingerprinted: resolved.unfingerprinted,
    network: schema["x-network"] ?? false,
    tensorflow: schema["x-tensorflow"] ?? false,
  };
}

function declareOutputs(outline: KindOutline | CommandOutline): Record<string, OutputDeclaration> {
  const declared = [...outline.outputs].filter(([, output]) => output.lacks === undefined);
  return Object.fromEntries(declared.map(([name, { kind, path, shape }]) => [name, { kind, path, shape }]));
}

function locateValues(node: MapNode): ReadonlyMap<string, SourceRange> {
  const locations = new Map<string, SourceRange>();
  visitNodes(node, (inner, path) => {
    if (path.length > 0) locations.set(path.join("."), inner.range);
  });
  return locations;
}

function reportCycle(cycle: readonly StageId[], graph: StageGraph, report: Report): void {
  const edges = cycle.flatMap((stage, index) => {
    const need = cycle[(index + 1) % cycle.length]!;
    const location = graph.get(stage)?.get(need);
    return location === undefined ? [] : [{ message: `"${stage}" needs "${need}"`, location }];
  });
  const [first, ...others] = edges;
  const isSelf = cycle.length === 1;
  const names = [...cycle, cycle[0]].map((stage) => `"${stage}"`).join(" → ");
  const message = isSelf ? `stage "${cycle[0]}" depends on itself` : `stages depend on each other in a cycle: ${names}`;
  const hint = isSelf ? "Remove this dependency." : "Remove one of these dependencies.";
  report(problem("PIPE111", first?.location, message, { hint, related: others }));
}

function emptyMap(range: SourceRange): MapNode {
  return { type: "map", entries: new Map(), range };
}
