import type { SourceRange } from "../base/diagnostic.ts";
import type { StageId } from "../base/ids.ts";
import { listLeaves, type MetricExpression, writeMetric } from "./condition/expression.ts";
import { locateSpan } from "./condition/parse-condition.ts";
import { type DocumentNode, visitNodes } from "./document-node.ts";
import { joinSentences, listNames, problem, type Report, suggestFrom, valueProblem } from "./problem.ts";
import type { CommandReference, ConditionReference, MatrixReference, OutputReference } from "./reference.ts";
import { parseStageName, type Selector } from "./selector.ts";
import { type FamilySelection, type SelectionProblem, type StageFamily, selectMembers } from "./stage-family.ts";
import type { OutlinedOutput, StageOutline } from "./stage-outline.ts";
import { describePlace } from "./value-words.ts";

/** What a stage refers to. */
export interface StageReferences {
  /** The stages it depends on, and where a reference or `needs` first says so. */
  readonly dependencies: ReadonlyMap<StageId, SourceRange>;
  /** Those of them of which it reads nothing. */
  readonly orderOnly: readonly StageId[];
  /** The stage whose metric a condition reads; `undefined` if a mistake, reported already, leaves that open. */
  stageOf(metric: MetricExpression): StageId | undefined;
  /** What a reference stands for; `undefined` if a mistake, reported already, leaves that open. */
  find(reference: OutputReference): FoundOutputs | undefined;
  /** One reference for each output that a reference stands for, in the order of the matrix. */
  divide(reference: OutputReference): readonly OutputReference[];
}

/** The outputs that a reference stands for. */
export interface FoundOutputs {
  /** `false`: those of a matrix, however many it makes. */
  readonly isOne: boolean;
  /** At least one. */
  readonly outputs: readonly FoundOutput[];
}

export interface FoundOutput extends OutlinedOutput {
  readonly stage: StageId;
  /** Of its combination; empty without a matrix. */
  readonly label: string;
}

/** Follows every reference of a stage, wherever it stands, and `needs`. */
export function followReferences(
  outline: StageOutline,
  families: ReadonlyMap<string, StageFamily>,
  report: Report,
): StageReferences {
  const dependencies = new Map<StageId, SourceRange>();
  const isRead = new Set<StageId>();
  const found = new Map<OutputReference, FoundOutputs>();
  const metricStages = new Map<MetricExpression, StageId>();

  const depend = (stage: StageId, range: SourceRange) => {
    if (!dependencies.has(stage)) dependencies.set(stage, range);
  };

  const select = (asked: AskedStage, verb: string): FamilySelection | undefined => {
    const family = families.get(asked.name);
    if (family === undefined) {
      report(describeUnknownStage(outline.name, verb, asked, families));
      return undefined;
    }
    const selection = selectMembers(family, asked.selector, outline.combination);
    if (!("members" in selection)) {
      report(describeSelectionProblem(selection, asked, family));
      return undefined;
    }
    for (const target of selection.members) depend(target.id, asked.node.range);
    return selection;
  };

  const read = (name: string, selector: Selector, range: SourceRange): FamilySelection | undefined => {
    const selection = select({ name, selector, node: { type: "unknown", range } }, "refers to");
    for (const { id } of selection?.members ?? []) isRead.add(id);
    return selection;
  };

  const follow = (reference: OutputReference) => {
    const selection = read(reference.stage, reference.selector, reference.range);
    if (selection === undefined) return;
    const outputs: FoundOutput[] = [];
    for (const target of selection.members) {
      if (target.type === "broken") return;
      const output = target.outputs.get(reference.output);
      if (output === undefined) report(describeUnknownOutput(reference, target.outputs));
      else if (output.lacks !== undefined) report(describeLackingOutput(reference, output.lacks));
      else outputs.push({ ...output, stage: target.id, label: target.combination?.label ?? "" });
    }
    if (outputs.length === selection.members.length) found.set(reference, { isOne: selection.isOne, outputs });
  };

  const followMetrics = (condition: ConditionReference) => {
    for (const leaf of listLeaves(condition.expression)) {
      const range = locateSpan(condition, leaf);
      if (leaf.type === "matrix" && outline.type !== "broken") {
        report(describeMissingMatrix(outline.name, { key: leaf.key, text: `matrix.${leaf.key}`, range }));
      }
      if (leaf.type !== "metric") continue;
      const selection = read(leaf.stage, leaf.selector, range);
      const [only] = selection?.members ?? [];
      if (selection?.isOne === true && only !== undefined) metricStages.set(leaf, only.id);
      else if (selection !== undefined) report(describeSeveralMetrics(leaf, selection, range));
    }
  };

  visitNodes(outline.node, (node, path) => {
    if (node.type !== "template") return;
    for (const part of node.parts) {
      if (typeof part === "string") continue;
      if (part.type === "output") follow(part);
      if (part.type === "command" && path[0] !== "run") report(describeStrayReference(part));
      if (part.type === "condition" && path[0] === "if") followMetrics(part);
      if (part.type === "condition" && path[0] !== "if") report(describeStrayCondition(part));
      if (part.type === "matrix" && outline.type !== "broken") report(describeMissingMatrix(outline.name, part));
    }
    if (!placesOfReferences.includes(path[0] ?? "")) report(describeStrayTemplate(outline.name, node, path));
  });
  for (const need of listNeeds(outline.node.entries.get("needs")?.value, report)) select(need, "depends on");
  return {
    dependencies,
    orderOnly: [...dependencies.keys()].filter((id) => !isRead.has(id)),
    stageOf: (metric) => metricStages.get(metric),
    find: (reference) => found.get(reference),
    divide(reference) {
      const outputs = found.get(reference)?.outputs ?? [];
      return outputs.map((output) => {
        const one = { ...reference };
        found.set(one, { isOne: true, outputs: [output] });
        return one;
      });
    },
  };
}

/** A stage, or the combinations of one, that a reference or `needs` asks for. */
interface AskedStage {
  readonly name: string;
  readonly selector: Selector;
  readonly node: DocumentNode;
}

/** The keys of a stage below which references to artifacts are judged by the place they stand at. */
const placesOfReferences = ["with", "run", "inputs", "env", "if"];

function describeStrayTemplate(stage: string, node: DocumentNode, path: readonly string[]) {
  const place = describePlace(stage, path);
  return valueProblem("PIPE114", node, `${place} takes a value that is known before the run, not an artifact`);
}

function describeStrayReference(reference: CommandReference) {
  const hint = "Inputs and outputs of a stage itself can be named in its run: only.";
  return problem("PIPE114", reference.range, `${reference.text} means nothing here`, { hint });
}

function describeStrayCondition({ range }: ConditionReference) {
  const hint = "Conditions stand in the if: of a stage.";
  return problem("PIPE114", range, "a condition means nothing here", { hint });
}

function describeSeveralMetrics(metric: MetricExpression, { members }: FamilySelection, range: SourceRange) {
  const name = metric.stage;
  const message = `${writeMetric(metric)} stands for ${members.length} numbers, one for each combination of "${name}"`;
  const label = members[0]?.combination?.label ?? "";
  const hint = `Choose one, e.g. ${writeMetric({ ...metric, stage: `${name}[${label}]` })}.`;
  return problem("PIPE132", range, message, { hint });
}

function describeMissingMatrix(stage: string, { text, key, range }: Pick<MatrixReference, "text" | "key" | "range">) {
  const hint = `Give the stage a matrix: with "${key}" and a list of its values.`;
  return problem("PIPE130", range, `${text} means nothing here: stage "${stage}" has no matrix`, { hint });
}

function listNeeds(node: DocumentNode | undefined, report: Report): readonly AskedStage[] {
  if (node === undefined) return [];
  const items = node.type === "list" ? node.items : [node];
  return items.flatMap((item) => {
    if (item.type !== "scalar" || typeof item.value !== "string") return [];
    const asked = parseStageName(item.value);
    if (asked !== undefined) return [{ ...asked, node: item }];
    const hint = "Write the name of a stage, or STAGE[KEY=VALUE] for one of a matrix.";
    report(valueProblem("PIPE103", item, `"${item.value}" names no stage`, { hint }));
    return [];
  });
}

function describeUnknownStage(
  stage: string,
  verb: string,
  { name, node }: AskedStage,
  families: ReadonlyMap<string, StageFamily>,
) {
  const hint = suggestFrom("Defined stages", name, [...families.keys()]);
  return valueProblem("PIPE103", node, `stage "${stage}" ${verb} "${name}", which is not defined`, { hint });
}

function describeSelectionProblem(selection: SelectionProblem, { name, node }: AskedStage, family: StageFamily) {
  const related = [{ message: `stage "${name}" is defined here`, location: family.keyRange }];
  switch (selection.type) {
    case "no-matrix": {
      const hint = `Write "${name}" without brackets.`;
      return valueProblem("PIPE133", node, `stage "${name}" has no matrix to choose from`, { hint, related });
    }
    case "unknown-key": {
      const hint = suggestFrom(`Keys of the matrix of "${name}"`, selection.key, selection.keys);
      const message = `the matrix of stage "${name}" has no key "${selection.key}"`;
      return valueProblem("PIPE133", node, message, { hint, related });
    }
    case "no-combination": {
      const labels = family.members.map(({ combination }) => combination?.label ?? "");
      const lift =
        "The matrix of this stage has a key of the same name, so its value is asked for; write KEY=* in brackets for all values.";
      const hint = joinSentences(listNames("Combinations", labels, 12), selection.isShared ? lift : undefined);
      const message = `stage "${name}" has no combination with ${selection.label}`;
      return valueProblem("PIPE133", node, message, { hint, related });
    }
  }
}

function describeUnknownOutput(reference: OutputReference, outputs: ReadonlyMap<string, OutlinedOutput>) {
  const names = [...outputs].filter(([, output]) => output.lacks === undefined).map(([name]) => name);
  const nothing = `Stage "${reference.stage}" declares no outputs.`;
  const title = `Outputs of stage "${reference.stage}"`;
  const hint = names.length === 0 ? nothing : suggestFrom(title, reference.output, names);
  return problem("PIPE113", reference.range, `stage "${reference.stage}" has no output "${reference.output}"`, {
    hint,
  });
}

function describeLackingOutput(reference: OutputReference, key: string) {
  const message = `stage "${reference.stage}" has the output "${reference.output}" only if "with.${key}" is given`;
  const hint = `Give "${key}" below "with" of stage "${reference.stage}".`;
  return problem("PIPE113", reference.range, message, { hint });
}
