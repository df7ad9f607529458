import type { ArtifactKind } from "../base/artifact.ts";
import type { Json, JsonObject } from "../base/json.ts";

/** The part of JSON Schema (draft-07) that the schemas of stages are written in, and our keywords. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
  /** Keys that have to stand beside a key. */
  readonly dependencies?: Readonly<Record<string, readonly string[]>>;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly default?: Json;
  readonly examples?: readonly Json[];
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  /** The place takes an artifact of one of these kinds: a reference, or a path. */
  readonly "x-artifact"?: readonly ArtifactKind[];
  /** `false`: the value cannot change the result. */
  readonly "x-fingerprint"?: boolean;
}

/** The schema of a stage kind: of its `with`, and what the plan has to know about it. */
export interface StageSchema extends JsonSchema {
  readonly "x-uses": string;
  /** Raised whenever the same parameters would give another result. */
  readonly "x-revision": number;
  readonly "x-outputs": Readonly<Record<string, OutputSchema>>;
  readonly "x-network"?: boolean;
  readonly "x-tensorflow"?: boolean;
  /** What a stage of this kind takes unless the document says otherwise; written as `resources:` is. */
  readonly "x-resources"?: JsonObject;
}

export interface OutputSchema {
  readonly kind: ArtifactKind;
  /** Relative to the folder of the stage's outputs. */
  readonly path: string;
  readonly description: string;
  /** The output exists only if this key of `with` is given. */
  readonly "x-when"?: string;
}

/** All keywords of ours, for the validator. */
export const ownKeywords = [
  "x-artifact",
  "x-fingerprint",
  "x-network",
  "x-outputs",
  "x-resources",
  "x-revision",
  "x-tensorflow",
  "x-uses",
] as const;

export function isJsonObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
