import { artifactShapes } from "../base/artifact.ts";
import type { OutputRecord } from "../base/event.ts";
import type { Fingerprint } from "../base/ids.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { ArtifactReference, OutputDeclaration, Stage } from "../pipeline/pipeline.ts";
import { listArtifacts, mapArtifacts } from "../pipeline/stage-artifacts.ts";
import { canonicalJson } from "../util/canonical-json.ts";
import { sha256 } from "../util/sha256.ts";

/**
 * Everything that decides a stage's result, and nothing else. Not in it: the stage's name, machine paths, secrets, the
 * number of workers. Raise `version` when the meaning of a field changes.
 */
export interface FingerprintInputs extends JsonObject {
  readonly version: 1;
  readonly uses: string;
  /** Of a stage kind of the user's own: the digests of its files. */
  readonly code?: Readonly<Record<string, string>>;
  /** Of the stage kind, or of the way in which commands are run. */
  readonly revision: number;
  readonly with: JsonObject;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
  /**
   * By place: `<kind> <content digest>` for another stage's output or a part of it, with `/<sub-path>` where no digest is known of
   * the part itself; `<shape> <content digest>` for a path.
   */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  /** What the machine decides and numbers depend on, e.g. the version of TensorFlow. */
  readonly runtime: Readonly<Record<string, string>>;
}

/** Raised whenever the same command would give another result; 1: it gets no undeclared environment. */
const commandRevision = 1;

/** What the document does not say. */
export interface FingerprintKnowledge {
  /** What a reference leads to. */
  readonly contentOf: (reference: ArtifactReference) => InputContent;
  readonly runtime: Readonly<Record<string, string>>;
}

/** The content of an input artifact. */
export interface InputContent {
  readonly digest: string;
  readonly shape: "file" | "folder";
  /** Where in it the artifact lies. Absent where it is all of it. */
  readonly subpath?: string;
}

/** What a stage reads of an output: of its parts only the one that the sub-path leads to. */
export function contentOfOutput({ kind, digest, parts }: OutputRecord, subpath: string): InputContent {
  const shape = artifactShapes[kind];
  const [name = "", ...rest] = subpath.split("/").filter((step) => step !== "" && step !== ".");
  const part = parts !== undefined && Object.hasOwn(parts, name) ? parts[name] : undefined;
  const inside = part === undefined ? subpath : rest.join("/");
  return { digest: part ?? digest, shape, ...(inside !== "" && { subpath: inside }) };
}

/** The digest of a content that is known by that of something around it. */
export function digestOfContent({ digest, subpath }: InputContent): string {
  return subpath === undefined ? digest : sha256(`${digest}/${subpath}`);
}

export function computeFingerprint(inputs: FingerprintInputs): Fingerprint {
  return sha256(canonicalJson(inputs)) as Fingerprint;
}

/** Collects what decides the result of a stage whose inputs are all known. */
export function collectFingerprintInputs(
  stage: Stage,
  { contentOf, runtime }: FingerprintKnowledge,
): FingerprintInputs {
  const inputs = [...listArtifacts(stage)].map(([place, one]) => [place, describeInput(one, contentOf(one))]);
  const outputs = Object.entries(stage.outputs).map(([name, output]) => [name, describeOutput(output)]);
  return {
    version: 1,
    // A kind of the user's own is known by its code and not by its path.
    ...(stage.type === "kind" && stage.code ? { uses: "own", code: stage.code.digests } : { uses: stage.uses }),
    ...(stage.type === "kind"
      ? { revision: stage.revision, with: stripWith(stage), run: "", env: {} }
      : { revision: commandRevision, with: {}, run: stage.run, env: stage.env }),
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
    runtime,
  };
}

function describeInput(reference: ArtifactReference, { digest, shape, subpath }: InputContent): string {
  if (reference.artifact === "path") return `${shape} ${digest}`;
  return `${reference.kind} ${digest}${subpath === undefined ? "" : `/${subpath}`}`;
}

function describeOutput({ kind, path, shape }: OutputDeclaration): string {
  return `${kind} ${shape} ${path}`;
}

/** `with` without what cannot change the result, and without artifacts, whose content counts and not where they lie. */
function stripWith(stage: Extract<Stage, { type: "kind" }>): JsonObject {
  const kept = mapArtifacts(stage.with, () => undefined);
  const drop = (value: Json, path: string): Json => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item, index) => drop(item, `${path}.${index}`));
    return dropFields(value as JsonObject, `${path}.`);
  };
  const dropFields = (value: JsonObject, prefix: string): JsonObject =>
    Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !stage.unfingerprinted.includes(prefix + key))
        .map(([key, field]) => [key, drop(field, prefix + key)]),
    );
  return dropFields(kept, "");
}
