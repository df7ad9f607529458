import type { SourceRange } from "../base/diagnostic.ts";
import type { StageId } from "../base/ids.ts";
import { type DocumentNode, visitNodes } from "./document-node.ts";
import { problem, type Report, suggestFrom, valueProblem } from "./problem.ts";
import type { CommandReference, OutputReference } from "./reference.ts";
import type { OutlinedOutput, StageOutline } from "./stage-outline.ts";
import { describePlace } from "./value-words.ts";

/** What a stage refers to. */
export interface StageReferences {
  /** The stages it depends on, and where a reference or `needs` first says so. */
  readonly dependencies: ReadonlyMap<StageId, SourceRange>;
  /** What a reference stands for; `undefined` if a mistake, reported already, leaves that open. */
  find(reference: OutputReference): OutlinedOutput | undefined;
}

/** Follows every reference of a stage, wherever it stands, and `needs`. */
export function followReferences(
  outline: StageOutline,
  outlines: ReadonlyMap<string, StageOutline>,
  report: Report,
): StageReferences {
  const dependencies = new Map<StageId, SourceRange>();
  const found = new Map<OutputReference, OutlinedOutput>();

  const depend = (stage: StageId, range: SourceRange) => {
    if (!dependencies.has(stage)) dependencies.set(stage, range);
  };

  const follow = (reference: OutputReference) => {
    const target = outlines.get(reference.stage);
    if (target === undefined) {
      report(describeUnknownStage(outline.id, "refers to", reference.stage, reference.range, outlines));
      return;
    }
    depend(target.id, reference.range);
    if (target.type === "broken") return;
    const output = target.outputs.get(reference.output);
    if (output === undefined) report(describeUnknownOutput(reference, target.outputs));
    else if (output.lacks !== undefined) report(describeLackingOutput(reference, output.lacks));
    else found.set(reference, output);
  };

  visitNodes(outline.node, (node, path) => {
    if (node.type !== "template") return;
    for (const part of node.parts) {
      if (typeof part === "string") continue;
      if (part.type === "output") follow(part);
      if (part.type === "command" && path[0] !== "run") report(describeStrayReference(part));
    }
    if (!placesOfReferences.includes(path[0] ?? "")) report(describeStrayTemplate(outline.id, node, path));
  });
  for (const need of listNeeds(outline.node.entries.get("needs")?.value)) {
    const target = outlines.get(need.name);
    if (target !== undefined) depend(target.id, need.node.range);
    else report(describeUnknownStage(outline.id, "depends on", need.name, need.node.range, outlines, need.node));
  }
  return { dependencies, find: (reference) => found.get(reference) };
}

/** The keys of a stage below which references to artifacts are judged by the place they stand at. */
const placesOfReferences = ["with", "run", "inputs", "env"];

function describeStrayTemplate(stage: string, node: DocumentNode, path: readonly string[]) {
  const place = describePlace(stage, path);
  return valueProblem("PIPE114", node, `${place} takes a value that is known before the run, not an artifact`);
}

function describeStrayReference(reference: CommandReference) {
  const hint = "Inputs and outputs of a stage itself can be named in its run: only.";
  return problem("PIPE114", reference.range, `${reference.text} means nothing here`, { hint });
}

function listNeeds(node: DocumentNode | undefined): { readonly name: string; readonly node: DocumentNode }[] {
  if (node === undefined) return [];
  const items = node.type === "list" ? node.items : [node];
  return items.flatMap((item) =>
    item.type === "scalar" && typeof item.value === "string" ? [{ name: item.value, node: item }] : [],
  );
}

function describeUnknownStage(
  stage: string,
  verb: string,
  name: string,
  range: SourceRange,
  outlines: ReadonlyMap<string, StageOutline>,
  node: DocumentNode = { type: "unknown", range },
) {
  const names = [...outlines.keys()];
  const hint = suggestFrom("Defined stages", name, names);
  return valueProblem("PIPE103", node, `stage "${stage}" ${verb} "${name}", which is not defined`, { hint });
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
