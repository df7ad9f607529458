import type { StageId } from "../base/ids.ts";
import { type ArtifactContext, resolveArtifact } from "./artifacts.ts";
import { checkArtifactNames, variableOf } from "./command-outputs.ts";
import type { DocumentNode, MapNode } from "./document-node.ts";
import type { ArtifactReference } from "./pipeline.ts";
import { problem, type Report, suggestFrom, valueProblem } from "./problem.ts";
import type { CommandReference } from "./reference.ts";

export interface ResolvedCommand {
  readonly run: string;
  readonly inputs: Readonly<Record<string, ArtifactReference>>;
  readonly env: Readonly<Record<string, string>>;
}

/** Checks what a command reads and the references in it. */
export function resolveCommand(stage: StageId, node: MapNode, context: ArtifactContext): ResolvedCommand {
  const inputsNode = findMap(node, "inputs");
  const outputsNode = findMap(node, "outputs");
  if (inputsNode !== undefined) checkArtifactNames(stage, "inputs", inputsNode, context.report);
  if (outputsNode !== undefined) checkArtifactNames(stage, "outputs", outputsNode, context.report);
  const inputs: [string, ArtifactReference][] = [];
  for (const [name, { value }] of inputsNode?.entries ?? []) {
    const artifact = resolveArtifact(value, { kinds: undefined, stage, path: ["inputs", name] }, context);
    if (artifact !== undefined) inputs.push([name, artifact]);
  }
  const names = { inputs: listKeys(inputsNode), outputs: listKeys(outputsNode) };
  return {
    run: resolveRun(stage, node.entries.get("run")?.value, names, context.report),
    inputs: Object.fromEntries(inputs),
    env: resolveEnvironment(stage, findMap(node, "env"), context.report),
  };
}

/** `${{ inputs.NAME }}` becomes the shell variable in which the command finds the path. */
function resolveRun(
  stage: StageId,
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
    const hint = 'Declare it below "inputs" and write ${{ inputs.NAME }} here.';
    report(problem("PIPE114", part.range, "a command reaches artifacts of other stages through its inputs", { hint }));
    return "";
  });
  return parts.join("");
}

function describeUnknownName(stage: StageId, reference: CommandReference, names: readonly string[]) {
  const word = reference.side === "inputs" ? "input" : "output";
  const nothing = `Stage "${stage}" declares no ${reference.side}.`;
  const hint = names.length === 0 ? nothing : suggestFrom(`Declared ${reference.side}`, reference.name, names);
  return problem("PIPE114", reference.range, `stage "${stage}" has no ${word} "${reference.name}"`, { hint });
}

function resolveEnvironment(stage: StageId, node: MapNode | undefined, report: Report): Record<string, string> {
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

function findMap(node: MapNode, key: string): MapNode | undefined {
  const value = node.entries.get(key)?.value;
  return value?.type === "map" ? value : undefined;
}

function listKeys(node: MapNode | undefined): readonly string[] {
  return [...(node?.entries.keys() ?? [])];
}
