import type { SourceRange } from "../base/diagnostic.ts";
import type { StageCombination } from "../base/event.ts";
import type { StageId } from "../base/ids.ts";
import type { ArtifactContext } from "./artifacts.ts";
import type { Combination } from "./combination.ts";
import { divideInput, resolveCommand } from "./command-stage.ts";
import { readCondition } from "./condition/read-condition.ts";
import { resolveCondition } from "./condition/resolve-condition.ts";
import { type DocumentNode, type MapNode, mapValues, visitNodes } from "./document-node.ts";
import { resolveExecution } from "./execution.ts";
import { fanIn } from "./fan-in.ts";
import type { Parameters } from "./parameters.ts";
import type { OutputDeclaration, Stage } from "./pipeline.ts";
import { type ProblemList, problem, type Report } from "./problem.ts";
import { resolveWith } from "./resolve-with.ts";
import { maxMatrixValues, outlineFamily, type StageFamily } from "./stage-family.ts";
import { createDependentsFinder, findCycles, orderStages, type StageGraph } from "./stage-graph.ts";
import type { CommandOutline, KindOutline, StageOutline } from "./stage-outline.ts";
import { followReferences, type StageReferences } from "./stage-references.ts";
import type { StageSchemas } from "./stage-schemas.ts";
import { validateNode } from "./validate-node.ts";
import { collectMakings } from "./value-sources.ts";

interface StageCheck {
  readonly schemas: StageSchemas;
  readonly parameters: Parameters;
  readonly problems: ProblemList;
}

/** Checks all stages, one by one and how they fit together. Of use only if nothing was reported. */
export function checkStages(node: MapNode, check: StageCheck): Stage[] {
  const { schemas, parameters, problems } = check;
  const { report } = problems;
  const families = new Map<string, StageFamily>();
  const budget = { left: maxMatrixValues };
  for (const [name, entry] of node.entries) {
    if (problems.isFull()) break;
    const filledIn = { ...entry, value: parameters.fillIn(withCondition(entry.value, report)) };
    families.set(name, outlineFamily(name, filledIn, { schemas, report, budget }));
  }
  const outlines = new Map<StageId, StageOutline>();
  for (const { members } of families.values()) for (const outline of members) outlines.set(outline.id, outline);

  const references = new Map<StageId, StageReferences>();
  for (const outline of outlines.values()) {
    if (problems.isFull()) break;
    references.set(outline.id, followReferences(outline, families, report));
  }
  const graph: StageGraph = new Map([...references].map(([id, { dependencies }]) => [id, dependencies]));
  for (const cycle of findCycles(graph)) reportCycle(cycle, { graph, outlines, report });

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
  const { combination } = outline;
  const condition = resolveCondition(outline.node.entries.get("if")?.value, {
    stage: outline.name,
    stageOf: references.stageOf,
    report: context.report,
  });
  const base = {
    id: outline.id,
    ...(combination === undefined ? {} : { combination: describeCombination(outline.name, combination) }),
    needs: [...references.dependencies.keys()],
    orderOnly: references.orderOnly,
    ...(condition === undefined ? {} : { condition }),
    outputs: declareOutputs(outline),
    execution: resolveExecution(outline.node, outline.type === "kind" ? outline.schema["x-resources"] : undefined),
    location: outline.keyRange,
  };
  if (outline.type === "command") {
    const locations = locateCommand(outline.node, references);
    const makings = collectMakings(outline.node);
    return {
      ...base,
      locations,
      makings,
      type: "command",
      uses: "run",
      ...resolveCommand(outline, outline.node, context),
    };
  }
  const { schema } = outline;
  const entry = outline.node.entries.get("with");
  const owner = entry?.keyRange ?? outline.keyRange;
  const given = entry?.value ?? emptyMap(owner);
  const parameters = given.type === "map" ? fanIn(given, schema, references) : emptyMap(owner);
  if (given.type === "map") {
    const place = { schemas, stage: outline.name, prefix: ["with"], owner };
    for (const found of validateNode(parameters, schema, place)) context.report(found);
  }
  const resolved = resolveWith(outline, schema, parameters, context);
  return {
    ...base,
    locations: new Map([...locateValues(outline.node), ...locateValues(parameters, "with")]),
    makings: new Map([...collectMakings(outline.node), ...collectMakings(parameters, "with")]),
    type: "kind",
    uses: schema["x-uses"],
    revision: schema["x-revision"],
    ...(outline.code === undefined ? {} : { code: outline.code }),
    with: resolved.value,
    unfingerprinted: resolved.unfingerprinted,
    network: schema["x-network"] ?? false,
    tensorflow: schema["x-tensorflow"] ?? false,
  };
}

/** The stage with its `if:` read as a condition. */
function withCondition(node: DocumentNode, report: Report): DocumentNode {
  if (node.type !== "map" || !node.entries.has("if")) return node;
  return mapValues(node, (value, key) => (key === "if" ? readCondition(value, report) : value));
}

function describeCombination(of: string, { values }: Combination): StageCombination {
  return { of, values: Object.fromEntries([...values].map(([key, { value }]) => [key, value ?? ""])) };
}

function declareOutputs(outline: KindOutline | CommandOutline): Record<string, OutputDeclaration> {
  const declared = [...outline.outputs].filter(([, output]) => output.lacks === undefined);
  return Object.fromEntries(declared.map(([name, { kind, path, shape }]) => [name, { kind, path, shape }]));
}

function locateValues(node: DocumentNode, ...prefix: readonly string[]): ReadonlyMap<string, SourceRange> {
  const locations = new Map<string, SourceRange>();
  visitNodes(node, (inner, path) => {
    if (path.length > 0) locations.set([...prefix, ...path].join("."), inner.range);
  });
  return locations;
}

/** The artifacts of a matrix have places of their own, all where the one reference stands. */
function locateCommand(node: MapNode, references: StageReferences): ReadonlyMap<string, SourceRange> {
  const inputs = node.entries.get("inputs")?.value;
  const named = inputs?.type === "map" ? [...inputs.entries] : [];
  const divided = named.flatMap(([name, { value }]) => divideInput(name, value, references));
  return new Map([
    ...locateValues(node),
    ...divided.map(({ place, node: one }) => [`inputs.${place}`, one.range] as const),
  ]);
}

interface CycleContext {
  readonly graph: StageGraph;
  readonly outlines: ReadonlyMap<StageId, StageOutline>;
  readonly report: Report;
}

/** By the names that the document has: a cycle of a matrix is one mistake, not one of each combination. */
function reportCycle(cycle: readonly StageId[], { graph, outlines, report }: CycleContext): void {
  const nameOf = (stage: StageId | undefined) => (stage === undefined ? "" : (outlines.get(stage)?.name ?? stage));
  const edges = cycle.flatMap((stage, index) => {
    const need = cycle[(index + 1) % cycle.length]!;
    const location = graph.get(stage)?.get(need);
    return location === undefined ? [] : [{ message: `"${nameOf(stage)}" needs "${nameOf(need)}"`, location }];
  });
  const [first, ...others] = edges;
  const isSelf = cycle.length === 1;
  const names = [...cycle, cycle[0]].map((stage) => `"${nameOf(stage)}"`).join(" → ");
  const message = isSelf
    ? `stage "${nameOf(cycle[0])}" depends on itself`
    : `stages depend on each other in a cycle: ${names}`;
  const hint = isSelf ? "Remove this dependency." : "Remove one of these dependencies.";
  report(problem("PIPE111", first?.location, message, { hint, related: others }));
}

function emptyMap(range: SourceRange): MapNode {
  return { type: "map", entries: new Map(), range };
}
