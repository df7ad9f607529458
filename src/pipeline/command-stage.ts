import { type ArtifactContext, resolveArtifact } from "./artifacts.ts";
import { checkArtifactNames, variableOf } from "./command-outputs.ts";
import type { DocumentNode, MapNode } from "./document-node.ts";
import { divideTemplate, standsForSeveral } from "./fan-in.ts";
import type { ArtifactReference } from "./pipeline.ts";
import { problem, type Report, suggestFrom, valueProblem } from "./problem.ts";
import type { CommandReference } from "./reference.ts";
import type { StageIdentity } from "./stage-outline.ts";
import type { StageReferences } from "./stage-references.ts";

export interface ResolvedCommand {
  readonly run: string;
  /** As in `CommandStage`. */
  readonly inputs: Readonly<Record<string, ArtifactReference>>;
  readonly env: Readonly<Record<string, string>>;
  readonly passEnv: readonly string[];
}

/** Checks what a command reads and the references in it. */
export function resolveCommand(stage: StageIdentity, node: MapNode, context: ArtifactContext): ResolvedCommand {
  const inputsNode = findMap(node, "inputs");
  const outputsNode = findMap(node, "outputs");
  if (inputsNode !== undefined) checkArtifactNames(stage.name, "inputs", inputsNode, context.report);
  if (outputsNode !== undefined) checkArtifactNames(stage.name, "outputs", outputsNode, context.report);
  const inputs: [string, ArtifactReference][] = [];
  for (const [name, { value }] of inputsNode?.entries ?? []) {
    for (const { place, node } of divideInput(name, value, context.references)) {
      const artifact = resolveArtifact(node, { kinds: undefined, stage, path: ["inputs", name] }, context);
      if (artifact !== undefined) inputs.push([place, artifact]);
    }
  }
  const names = { inputs: listKeys(inputsNode), outputs: listKeys(outputsNode) };
  return {
    run: resolveRun(stage.name, node.entries.get("run")?.value, names, context.report),
    inputs: Object.fromEntries(inputs),
    env: resolveEnvironment(stage.name, findMap(node, "env"), context.report),
    passEnv: resolvePassed(node, context.report),
  };
}

/** The places of an input's artifacts: its name, or that and the label of each combination of a matrix. */
export function divideInput(
  name: string,
  node: DocumentNode,
  references: StageReferences,
): readonly { readonly place: string; readonly node: DocumentNode }[] {
  if (!standsForSeveral(node, references)) return [{ place: name, node }];
  return divideTemplate(node, references).map(({ node: one, label }) => ({ place: `${name}/${label}`, node: one }));
}

/** `${{ inputs.NAME }}` becomes the shell variable in which the command finds the path. */
function resolveRun(
  stage: string,
  node: DocumentNode | undefined,
  names: Readonly<Record<"inputs" | "outputs", readonly string[]>>,
  report: Report,
): string {
  if (node?.type === "scalar") return String(node.value ?? "");
  if (node?.type !== "template") return "";
  const parts = node.parts.map((part) => {
    if (typeof part === "string") return part;
    if (part.type === "command") {
      if (!names[part.side].includes(part.name)) report(describeUnknownName(stage, part, names[part.side]));
      return `\${${variableOf(part.side, part.name)}}`;
    }
    if (part.type === "matrix" || part.type === "condition") return "";
    const hint = 'Declare it below "inputs" and write ${{ inputs.NAME }} here.';
    report(problem("PIPE114", part.range, "a command reaches artifacts of other stages through its inputs", { hint }));
    return "";
  });
  return parts.join("");
}

function describeUnknownName(stage: string, reference: CommandReference, names: readonly string[]) {
  const word = reference.side === "inputs" ? "input" : "output";
  const nothing = `Stage "${stage}" declares no ${reference.side}.`;
  const hint = names.length === 0 ? nothing : suggestFrom(`Declared ${reference.side}`, reference.name, names);
  return problem("PIPE114", reference.range, `stage "${stage}" has no ${word} "${reference.name}"`, { hint });
}

function resolveEnvironment(stage: string, node: MapNode | undefined, report: Report): Record<string, string> {
  const variables: [string, string][] = [];
  for (const [name, { keyRange, value }] of node?.entries ?? []) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      const hint = "Use letters, digits and _, beginning with a letter or _.";
      report(problem("PIPE116", keyRange, `"${name}" cannot be the name of an environment variable`, { hint }));
    }
    if (value.type === "template") {
      const message = `"env.${name}" of stage "${stage}" takes a value that is known before the run, not an artifact`;
      report(valueProblem("PIPE114", value, message, { hint: 'Declare the artifact below "inputs".' }));
    }
    if (value.type === "scalar") variables.push([name, String(value.value)]);
  }
  return Object.fromEntries(variables);
}

/** The names below `pass_env`; that they are texts is the schema's to say. */
function resolvePassed(node: MapNode, report: Report): string[] {
  const value = node.entries.get("pass_env")?.value;
  const declared = findMap(node, "env");
  const names: string[] = [];
  for (const item of value?.type === "list" ? value.items : []) {
    if (item.type !== "scalar" || typeof item.value !== "string") continue;
    const clash = declared?.entries.get(item.value);
    if (!/^[A-Za-z_][A-Za-z0-9_]*\*?$/.test(item.value)) {
      const hint = "Use letters, digits and _, beginning with a letter or _; a * at the end stands for any.";
      report(valueProblem("PIPE116", item, `"${item.value}" cannot be the name of an environment variable`, { hint }));
    } else if (clash !== undefined) {
      const related = [{ message: `${item.value} has a value here`, location: clash.keyRange }];
      const message = `${item.value} stands both in "env" and in "pass_env"`;
      report(valueProblem("PIPE118", item, message, { hint: "Remove one of them.", related }));
    } else names.push(item.value);
  }
  return names;
}

function findMap(node: MapNode, key: string): MapNode | undefined {
  const value = node.entries.get(key)?.value;
  return value?.type === "map" ? value : undefined;
}

function listKeys(node: MapNode | undefined): readonly string[] {
  return [...(node?.entries.keys() ?? [])];
}
