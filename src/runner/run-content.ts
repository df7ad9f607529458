import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import type { RunEvent, RunStarted, StageFinished, StageMetric } from "../base/event.ts";
import { type Failure, fail } from "../base/failure.ts";
import { flattenJson } from "../base/flatten-json.ts";
import type { Fingerprint, RunId, StageId } from "../base/ids.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { placesOf } from "../cache/entry-places.ts";
import type { FingerprintInputs } from "../cache/fingerprint.ts";
import { loadManifest } from "../cache/manifest.ts";

/** What a run was and what came out of it, as its record tells. */
export interface RunContent {
  readonly run: RunId;
  readonly pipeline: string;
  readonly file: string;
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
  /** Each metric's last value. */
  readonly metrics: ReadonlyMap<string, Json>;
}

/** Reads the record of a run. Throws `FailureError` when there is none that can be read. */
export async function loadRunContent(runFolder: string, cacheFolder: string): Promise<RunContent> {
  const run = basename(runFolder) as RunId;
  const resolved = await readResolved(runFolder);
  const { started, ends, metrics } = await readEvents(join(runFolder, "events.ndjson"));
  if (started === undefined)
    fail("input", `The record of the run ${run} has no beginning.`, "Compare with another run.");
  const stages = new Map<StageId, StageContent>();
  for (const { stage } of started.stages)
    stages.set(stage, await describeStage(ends.get(stage), metrics.get(stage) ?? new Map(), cacheFolder));
  const { pipeline, file, params, git } = started;
  const environment = flattenJson({ ...resolved.environment, ...(git && { git: { ...git } }) });
  return { run, pipeline, file, params: flattenJson(params), environment, stages };
}

async function readResolved(runFolder: string): Promise<{ readonly environment?: JsonObject }> {
  try {
    return JSON.parse(await readFile(join(runFolder, "resolved.json"), "utf8"));
  } catch {
    // A run that was killed as it began.
    return {};
  }
}

interface ReadEvents {
  readonly started: RunStarted | undefined;
  readonly ends: ReadonlyMap<StageId, StageFinished>;
  /** Last values by name. */
  readonly metrics: ReadonlyMap<StageId, ReadonlyMap<string, Json>>;
}

async function readEvents(file: string): Promise<ReadEvents> {
  let started: RunStarted | undefined;
  const ends = new Map<StageId, StageFinished>();
  const metrics = new Map<StageId, Map<string, Json>>();
  const addMetric = (stage: StageId, { name, value }: StageMetric): void => {
    if (!metrics.has(stage)) metrics.set(stage, new Map());
    metrics.get(stage)?.set(name, value);
  };
  for await (const event of parseLines(file)) {
    if (event.type === "run-started") started = event;
    else if (event.type === "stage-event" && event.event.type === "metric") addMetric(event.stage, event.event);
    else if (event.type === "stage-finished") {
      ends.set(event.stage, event);
      for (const metric of event.metrics) addMetric(event.stage, metric);
    }
  }
  return { started, ends, metrics };
}

/** The last line of a run that was killed may be cut. */
async function* parseLines(file: string): AsyncGenerator<RunEvent> {
  const input = createReadStream(file).on("error", () => {});
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    try {
      yield JSON.parse(line) as RunEvent;
    } catch {
      return;
    }
  }
}

async function describeStage(
  end: StageFinished | undefined,
  metrics: ReadonlyMap<string, Json>,
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
