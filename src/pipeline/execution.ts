import type { FailureCause } from "../base/failure.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { type DocumentNode, type MapNode, toJson } from "./document-node.ts";
import { isJsonObject } from "./json-schema.ts";
import { parseBytes, parseDuration } from "./quantities.ts";

/** How a stage is executed. */
export interface ExecutionRules {
  readonly resources: ResourceRequest;
  /** Absent: a failure is final. */
  readonly retry?: RetryRule;
  /** How long one try may take, in ms. */
  readonly timeoutMs?: number;
}

/** What a stage takes of the machine while it runs. */
export interface ResourceRequest {
  /** Processors; absent when the document does not say, which counts as one. */
  readonly cpu?: number;
  /** In bytes. */
  readonly memory: number;
  /** `if-any`: one, where there is one. Absent: the stage takes none, and none is hidden from it. */
  readonly gpu?: number | "if-any";
  readonly tokens: Readonly<Record<string, number>>;
}

/** What all stages of a run may take together; what is absent is for the machine to say. */
export interface ResourceLimits {
  readonly cpu?: number;
  /** In bytes. */
  readonly memory?: number;
  readonly gpu?: number;
  readonly tokens: Readonly<Record<string, number>>;
}

/** When a stage that failed is tried again. */
export interface RetryRule {
  /** At least 1. */
  readonly times: number;
  readonly on: readonly FailureCause[];
  /** Before the first new try, in ms. */
  readonly backoffMs: number;
}

const defaultRetry = { on: ["network", "memory", "timeout", "signal"], backoff: "10s" } as const;

/** Reads `resources`, `retry` and `timeout` of a stage. What is not as its schema asks has been reported, and is left out. */
export function resolveExecution(stage: MapNode, defaults: JsonObject | undefined): ExecutionRules {
  const value = (key: string): Json => {
    const node = stage.entries.get(key)?.value;
    return node === undefined ? null : toJson(node);
  };
  const retry = resolveRetry(value("retry"));
  const timeoutMs = parseDuration(value("timeout"));
  return {
    resources: resolveRequest(value("resources"), defaults ?? {}),
    ...(retry === undefined ? {} : { retry }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** Reads the document's own `resources`. */
export function resolveLimits(node: DocumentNode | undefined): ResourceLimits {
  return readLimits(node === undefined ? {} : toJson(node));
}

/** Limits as JSON, in the form of the document's `resources`. */
export function readLimits(value: Json): ResourceLimits {
  const { cpu, memory, gpu, tokens } = asObject(value);
  const bytes = parseBytes(memory);
  return {
    ...(typeof cpu === "number" ? { cpu } : {}),
    ...(bytes === undefined ? {} : { memory: bytes }),
    ...(typeof gpu === "number" ? { gpu } : {}),
    tokens: readNumbers(tokens),
  };
}

function resolveRequest(given: Json, defaults: JsonObject): ResourceRequest {
  const own = asObject(given);
  const { cpu, memory, gpu } = { ...defaults, ...own };
  return {
    ...(typeof cpu === "number" ? { cpu } : {}),
    memory: parseBytes(memory) ?? 0,
    ...(typeof gpu === "number" || gpu === "if-any" ? { gpu } : {}),
    tokens: { ...readNumbers(defaults["tokens"]), ...readNumbers(own["tokens"]) },
  };
}

function resolveRetry(given: Json): RetryRule | undefined {
  const { times, on = defaultRetry.on, backoff = defaultRetry.backoff } = asObject(given);
  if (typeof times !== "number" || times < 1 || !Array.isArray(on)) return undefined;
  // The schema lists the causes that can be named.
  return { times, on: on as FailureCause[], backoffMs: parseDuration(backoff) ?? 0 };
}

function readNumbers(value: Json | undefined): Record<string, number> {
  const entries = Object.entries(asObject(value));
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
}

function asObject(value: Json | undefined): Record<string, Json> {
  return value !== undefined && isJsonObject(value) ? { ...value } : {};
}
