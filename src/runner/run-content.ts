import type { StageFinished } from "../base/event.ts";
import type { Failure } from "../base/failure.ts";
import { flattenJson } from "../base/flatten-json.ts";
import type { Fingerprint, RunId, StageId } from "../base/ids.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { RunStatus } from "../base/run-report.ts";
import { placesOf } from "../cache/entry-places.ts";
import type { FingerprintInputs } from "../cache/fingerprint.ts";
import { loadManifest } from "../cache/manifest.ts";
import type { MetricValues } from "./read-run-events.ts";
import { loadRunCourse } from "./run-course.ts";

/** What a run was and what came out of it, as its record tells. */
export interface RunContent {
  readonly run: RunId;
  readonly pipeline: string;
  readonly file: string;
  readonly status: RunStatus;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** Of a run without an end, up to its last event. */
  readonly durationMs: number;
  readonly git: { readonly commit: string; readonly dirty: boolean } | undefined;
  /** The document's parameters by dotted path. */
  readonly params: ReadonlyMap<string, Json>;
  /** Versions, system and commit, by name. */
  readonly environment: ReadonlyMap<string, Json>;
  readonly stages: ReadonlyMap<StageId, StageContent>;
}

export interface StageContent {
  readonly outcome: StageFinished["outcome"]["type"] | "not run";
  readonly durationMs: number | undefined;
  readonly failure: Failure | undefined;
  /** What decided the result; where the cache has it no longer, the stage's own parameters only. */
  readonly inputs: FingerprintInputs | undefined;
  readonly params: JsonObject;
  /** Content digests by output. */
  readonly outputs: ReadonlyMap<string, Json>;
  readonly metrics: ReadonlyMap<string, MetricValues>;
}

/** Reads the record of a run. Throws `FailureError` when there is none that can be read. */
export async function loadRunContent(runFolder: string, cacheFolder: string): Promise<RunContent> {
  const course = await loadRunCourse(runFolder);
  const { ends, metrics } = course.events;
  const { pipeline, file, params, git, at: startedAt, stages: all } = course.started;
  const stages = new Map<StageId, StageContent>();
  for (const { stage } of all)
    stages.set(stage, await describeStage(ends.get(stage), metrics.get(stage) ?? new Map(), cacheFolder));
  const environment = flattenJson({ ...course.environment, ...(git && { git: { ...git } }) });
  const { run, status, durationMs } = course;
  return {
    ...{ run, pipeline, file, status, startedAt, durationMs, git },
    ...{ params: flattenJson(params), environment, stages },
  };
}

async function describeStage(
  end: StageFinished | undefined,
  metrics: ReadonlyMap<string, MetricValues>,
  cacheFolder: string,
): Promise<StageContent> {
  const outcome = end?.outcome;
  const outputs = Object.entries(end?.outputs ?? {}).map(([name, { digest }]) => [name, digest] as const);
  return {
    outcome: outcome?.type ?? "not run",
    durationMs: outcome !== undefined && "durationMs" in outcome ? outcome.durationMs : undefined,
    failure: outcome?.type === "failed" ? outcome.failure : undefined,
    inputs: end?.fingerprint === undefined ? undefined : await findInputs(end.fingerprint, cacheFolder),
    params: end?.params ?? {},
    outputs: new Map(outputs),
    metrics,
  };
}

async function findInputs(fingerprint: Fingerprint, cacheFolder: string): Promise<FingerprintInputs | undefined> {
  return loadManifest(placesOf(cacheFolder, fingerprint).entry)?.inputs;
}
