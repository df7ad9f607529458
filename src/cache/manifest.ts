import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OutputRecord, StageImage, StageInput, StageMetric } from "../base/event.ts";
import type { Fingerprint, RunId, StageId } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import { isObject } from "../util/is-object.ts";
import type { FingerprintInputs } from "./fingerprint.ts";

/** What a stage's process told, kept with its result. */
export interface StageReport {
  readonly metrics: readonly StageMetric[];
  /** Files worth showing, relative to the folder of the outputs. */
  readonly files: readonly string[];
  /** Those of the files that belong to series. Absent in entries of earlier versions. */
  readonly images?: readonly StageImage[];
  readonly datasets: readonly StageInput[];
}

/** What a cache entry says of itself. The entry exists once this is written. */
export interface Manifest extends StageReport {
  readonly version: 1;
  readonly fingerprint: Fingerprint;
  /** What the fingerprint was computed from. */
  readonly inputs: FingerprintInputs;
  readonly outputs: Readonly<Record<string, OutputRecord>>;
  /** Below the entry's folder. */
  readonly outputsFolder: string;
  /** Folders of outputs that an earlier manifest named: a run may still read them. */
  readonly superseded: readonly string[];
  /** Flat parameters, for the tracker. */
  readonly params: JsonObject;
  readonly durationMs: number;
  readonly madeBy: RunId;
  readonly madeFor: StageId;
  /** Ms since the Unix epoch. */
  readonly madeAt: number;
  /** Fingerprints of the stages whose outputs were read, by the input's place. */
  readonly upstream: Readonly<Record<string, Fingerprint>>;
}

export const manifestName = "manifest.json";

/** Metrics by name, as rows of step, value and time: a long training reports tens of thousands, and names are long. */
type PackedMetrics = Readonly<Record<string, readonly (readonly [step: number, value: number | string, at: number])[]>>;

/** One line a field, so that people can read it. */
export function serialiseManifest(manifest: Manifest): string {
  const fields = Object.entries({ ...manifest, metrics: packMetrics(manifest.metrics) });
  return `{\n${fields.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(",\n")}\n}\n`;
}

/**
 * Reads an entry's manifest; undefined when there is none, or one that this version cannot read. Synchronous, since a plan of
 * a thousand stages reads as many, and each takes a quarter of the time so.
 */
export function loadManifest(entryFolder: string): Manifest | undefined {
  try {
    return parseManifest(readFileSync(join(entryFolder, manifestName), "utf8"));
  } catch {
    return undefined;
  }
}

/** The manifest that a text holds; undefined when it is none, or one that this version cannot read. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const stored = JSON.parse(text) as Manifest & {
      readonly metrics: unknown;
    };
    if (stored.version !== 1 || !isWhole(stored)) return undefined;
    return { ...stored, metrics: unpackMetrics(stored.metrics as unknown as PackedMetrics) };
  } catch {
    return undefined;
  }
}

/** Whether a text is a manifest of another version of this program, a newer one perhaps. */
export function isOtherVersion(text: string): boolean {
  try {
    const stored: unknown = JSON.parse(text);
    return isObject(stored) && typeof stored["version"] === "number" && stored["version"] !== 1;
  } catch {
    return false;
  }
}

/** The types of all fields that are read of a manifest; a damaged one may be any JSON. */
const fieldTypes = {
  fingerprint: isString,
  inputs: isObject,
  outputs: (value: unknown) => isObject(value) && Object.values(value).every(isOutput),
  outputsFolder: isString,
  superseded: (value: unknown) => Array.isArray(value) && value.every(isString),
  files: Array.isArray,
  images: (value: unknown) => value === undefined || Array.isArray(value),
  datasets: Array.isArray,
  params: isObject,
  durationMs: Number.isFinite,
  madeBy: isString,
  madeFor: isString,
  madeAt: Number.isFinite,
  upstream: isObject,
} satisfies Partial<Record<keyof Manifest, (value: unknown) => boolean>>;

function isWhole(stored: Manifest): boolean {
  const fields: Readonly<Record<string, unknown>> = { ...stored };
  return Object.entries(fieldTypes).every(([name, isRight]) => isRight(fields[name]));
}

function isOutput(value: unknown): boolean {
  return isObject(value) && [value["kind"], value["path"], value["digest"]].every(isString);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function packMetrics(metrics: readonly StageMetric[]): PackedMetrics {
  const rows: Record<string, [number, number | string, number][]> = {};
  for (const { name, step, value, at } of metrics) {
    rows[name] ??= [];
    // JSON has no NaN and no infinity, and a diverged loss is one of them.
    rows[name].push([step, Number.isFinite(value) ? value : String(value), at]);
  }
  return rows;
}

function unpackMetrics(packed: PackedMetrics): StageMetric[] {
  return Object.entries(packed).flatMap(([name, rows]) =>
    rows.map(([step, value, at]) => ({ type: "metric" as const, at, name, value: Number(value), step })),
  );
}
