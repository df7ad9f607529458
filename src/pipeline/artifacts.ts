import { type ArtifactKind, artifactParts, artifactShapes } from "../base/artifact.ts";
import type { RelatedPlace } from "../base/diagnostic.ts";
import type { StageId } from "../base/ids.ts";
import type { DocumentNode, TemplateNode } from "./document-node.ts";
import type { ArtifactReference } from "./pipeline.ts";
import { joinSentences, problem, type Report, valueProblem } from "./problem.ts";
import type { OutputReference, Reference } from "./reference.ts";
import type { StageIdentity, StageOutline } from "./stage-outline.ts";
import type { FoundOutput, FoundOutputs, StageReferences } from "./stage-references.ts";
import { describePlace, orList } from "./value-words.ts";

/** A place that takes an artifact. */
export interface ArtifactPlace {
  /** `undefined`: of any kind. */
  readonly kinds: readonly ArtifactKind[] | undefined;
  readonly stage: StageIdentity;
  /** Below the stage, e.g. `["with", "model"]`. */
  readonly path: readonly string[];
}

export interface ArtifactContext {
  readonly outlines: ReadonlyMap<string, StageOutline>;
  /** All stages that wait for a stage, and itself. */
  dependentsOf(stage: StageId): ReadonlySet<StageId>;
  readonly references: StageReferences;
  readonly report: Report;
}

/** What can lie in a folder, so that a path into it may lead to one. */
const kindsInFolders: readonly ArtifactKind[] = ["file", "table", "archive", "files"];

/** The artifact that a value names: an output of a stage, or a path. Mistakes are reported. */
export function resolveArtifact(
  node: DocumentNode,
  place: ArtifactPlace,
  context: ArtifactContext,
): ArtifactReference | undefined {
  if (node.type === "template") return resolveOutput(node, place, context);
  // A value of another type is the schema's to report.
  if (node.type !== "scalar" || typeof node.value !== "string") return undefined;
  if (node.value === "") {
    context.report(valueProblem("PIPE109", node, `${describePlace(place.stage.name, place.path)} must not be empty`));
    return undefined;
  }
  return { artifact: "path", path: node.value, kind: guessKind(node.value, place.kinds) };
}

/** A path may be of any kind that the place takes; the trailing slash of a folder tells it from a file. */
function guessKind(path: string, kinds: readonly ArtifactKind[] | undefined): ArtifactKind {
  const shape = path.endsWith("/") ? "folder" : "file";
  if (kinds === undefined) return shape === "folder" ? "files" : "file";
  return kinds.find((kind) => artifactShapes[kind] === shape) ?? kinds[0] ?? "files";
}

function resolveOutput(
  template: TemplateNode,
  place: ArtifactPlace,
  context: ArtifactContext,
): ArtifactReference | undefined {
  const [reference, rest = "", ...more] = template.parts;
  const where = describePlace(place.stage.name, place.path);
  if (template.parts.some((part) => typeof part === "object" && isReportedElsewhere(part))) return undefined;
  if (typeof reference !== "object" || reference.type !== "output" || typeof rest !== "string" || more.length > 0) {
    const hint = "Write ${{ stages.ID.outputs.NAME }}, and after it at most /PATH for something inside a folder.";
    context.report(valueProblem("PIPE114", template, `${where} must be one artifact, not text around one`, { hint }));
    return undefined;
  }
  const found = context.references.find(reference);
  const [output] = found?.outputs ?? [];
  if (found === undefined || output === undefined) return undefined;
  if (!found.isOne) {
    context.report(describeSeveral(template, reference, found, where));
    return undefined;
  }
  const subpath = readSubpath(rest, reference, output, template, context);
  if (subpath === undefined) return undefined;
  if (!fits(output.kind, subpath, place.kinds)) {
    context.report(describeWrongKind(template, reference, output, subpath, place, context));
    return undefined;
  }
  return { artifact: "output", stage: output.stage, output: reference.output, kind: output.kind, subpath };
}

/** `inputs.NAME` outside a command, `matrix.KEY` without a matrix, a condition outside `if:`. */
function isReportedElsewhere({ type }: Reference): boolean {
  return type === "command" || type === "matrix" || type === "condition";
}

function describeSeveral(
  template: TemplateNode,
  { text, range, stage, output }: OutputReference,
  { outputs }: FoundOutputs,
  where: string,
) {
  const [first] = outputs;
  const count = outputs.length === 1 ? "a list of artifacts" : `${outputs.length} artifacts`;
  const message = `${where} takes one artifact, but ${text} stands for ${count}, one for each combination of "${stage}"`;
  const hint = `Choose one, e.g. \${{ stages.${stage}[${first?.label ?? ""}].outputs.${output} }}, or give this stage a matrix with the same keys.`;
  const place = template.origin === undefined ? range : template.range;
  const related = first === undefined ? [] : [{ message: `stage "${stage}" has a matrix`, location: first.location }];
  return problem("PIPE132", place, message, { hint, related });
}

function readSubpath(
  rest: string,
  reference: OutputReference,
  output: FoundOutput,
  template: TemplateNode,
  context: ArtifactContext,
): string | undefined {
  if (rest === "") return "";
  if (output.shape === "file") {
    const message = `${reference.text} is ${article(output.kind)} ${output.kind}, a single file: there is nothing at ${rest}`;
    const hint =
      output.kind === "archive" ? "Unpack it first, with a stage of kind archive/unzip." : "Remove the path.";
    context.report(valueProblem("PIPE114", template, message, { hint }));
    return undefined;
  }
  const steps = rest.split("/").slice(1);
  const isInside = rest.startsWith("/") && steps.every((step) => step !== "" && step !== "." && step !== "..");
  if (isInside) return steps.join("/");
  if (rest === "/") return "";
  const hint = "Write a slash after the reference, and a path without . and .. in it.";
  context.report(valueProblem("PIPE114", template, `${rest} does not lead to something inside the artifact`, { hint }));
  return undefined;
}

function fits(kind: ArtifactKind, subpath: string, kinds: readonly ArtifactKind[] | undefined): boolean {
  if (kinds === undefined) return true;
  if (subpath === "") return kinds.includes(kind);
  const part = artifactParts[kind]?.[subpath.split("/").at(-1) as string];
  if (part !== undefined) return kinds.includes(part);
  return kinds.some((wanted) => kindsInFolders.includes(wanted));
}

function describeWrongKind(
  template: TemplateNode,
  reference: OutputReference,
  output: FoundOutput,
  subpath: string,
  place: ArtifactPlace,
  context: ArtifactContext,
) {
  const kinds = place.kinds ?? [];
  const where = describePlace(place.stage.name, place.path);
  const received = subpath === "" ? "is" : "leads to a part of something";
  const message = `${where} takes kind ${orList(kinds)}, but ${reference.text} ${received} of kind ${output.kind}`;
  const isFolderOfFiles = output.shape === "folder" && kinds.some((kind) => kindsInFolders.includes(kind));
  const inside = isFolderOfFiles && subpath === "" ? `For a file in it, write "${reference.text}/PATH".` : undefined;
  const related: RelatedPlace[] = [
    {
      message: `stage "${reference.stage}" puts out "${reference.output}", of kind ${output.kind}`,
      location: output.location,
    },
  ];
  const hint = joinSentences(inside, listFitting(place, context));
  const range = template.origin === undefined ? reference.range : template.range;
  return problem("PIPE110", range, message, { hint, related });
}

/** Outputs that could stand here: of a fitting kind, from stages that do not wait for this one. */
function listFitting(place: ArtifactPlace, context: ArtifactContext): string | undefined {
  const dependents = context.dependentsOf(place.stage.id);
  const all = [...context.outlines.values()]
    .filter((outline) => !dependents.has(outline.id))
    .flatMap((outline) => {
      const outputs = outline.type === "broken" ? [] : [...outline.outputs];
      const usable = outputs.filter(([, output]) => output.lacks === undefined && place.kinds?.includes(output.kind));
      return usable.map(([name]) => `\${{ stages.${outline.name}.outputs.${name} }}`);
    });
  const fitting = [...new Set(all)];
  if (fitting.length === 0) return `No other stage puts out kind ${orList(place.kinds ?? [])}.`;
  return `Would fit: ${fitting.slice(0, 4).join(", ")}${fitting.length > 4 ? ", …" : ""}.`;
}

function article(word: string): string {
  return /^[aeiou]/.test(word) ? "an" : "a";
}
