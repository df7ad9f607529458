import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { readFile, rename, rm, symlink } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import type { RunEvent, RunFinished, StageOutcome } from "../base/event.ts";
import { formatEventLine } from "../base/event-line.ts";
import type { RunId, StageId } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import type { Pipeline, Stage } from "../pipeline/pipeline.ts";
import { formatReference, listArtifacts, mapArtifacts } from "../pipeline/stage-artifacts.ts";
import { atomicWrite } from "../util/atomic-write.ts";
import { identifyProcess, type ProcessIdentity, processState } from "../util/process-identity.ts";

/** The folder of one run: the document as it was, every event, and a folder a stage with its log and a link to its outputs. */
export interface RunRecord {
  readonly folder: string;
  /** Makes the stage's folder and returns it. */
  openStage(stage: StageId): string;
  handle(event: RunEvent): void;
  linkOutputs(stage: StageId, outputsFolder: string): Promise<void>;
  close(status: RunFinished["status"]): Promise<void>;
}

/** What is recorded of a run as it begins. */
interface RecordedContent {
  readonly pipeline: Pipeline;
  /** Versions and system, by name. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Progress is for watching: of each stage one report in this time is kept. */
const progressIntervalMs = 10_000;

/** Makes `runs/<id>` and lets `runs/latest` lead to it. */
export async function openRunRecord(
  runsFolder: string,
  run: RunId,
  { pipeline, environment }: RecordedContent,
): Promise<RunRecord> {
  const folder = join(runsFolder, run);
  mkdirSync(runsFolder, { recursive: true });
  mkdirSync(folder);
  writeFileSync(join(folder, "pipeline.yaml"), pipeline.text);
  writeBases(folder, pipeline);
  writeFileSync(
    join(folder, "resolved.json"),
    `${JSON.stringify({ ...describePipeline(pipeline), environment }, undefined, 2)}\n`,
  );
  const outcomes = new Map<StageId, StageOutcome["type"]>();
  const runner = identifyProcess(process.pid);
  const writeStatus = (status: RunFinished["status"] | "running"): Promise<void> =>
    atomicWrite(
      join(folder, "status.json"),
      `${JSON.stringify({ run, status, process: runner, stages: Object.fromEntries(outcomes) })}\n`,
    );
  await writeStatus("running");
  await replaceLink(join(runsFolder, "latest"), run);
  const events = openSync(join(folder, "events.ndjson"), "a");
  const isKept = createProgressFilter();
  const openStage = (stage: StageId): string => {
    const stageFolder = join(folder, "stages", stage);
    mkdirSync(stageFolder, { recursive: true });
    return stageFolder;
  };
  return {
    folder,
    openStage,
    handle(event) {
      if (event.type === "stage-finished") outcomes.set(event.stage, event.outcome.type);
      // Written at once, so that the record of a run that is killed reaches up to that moment.
      if (isKept(event)) writeSync(events, `${formatEventLine(event)}\n`);
    },
    async linkOutputs(stage, outputsFolder) {
      const stageFolder = openStage(stage);
      await replaceLink(join(stageFolder, "outputs"), relative(stageFolder, outputsFolder));
    },
    async close(status) {
      closeSync(events);
      await writeStatus(status);
    },
  };
}

/** Whether a run's process died before it could say how the run ended. */
export async function isAbandoned(runFolder: string): Promise<boolean> {
  try {
    const text = await readFile(join(runFolder, "status.json"), "utf8");
    const { status, process: runner } = JSON.parse(text) as { status: string; process?: ProcessIdentity };
    return status === "running" && runner !== undefined && processState(runner) === "dead";
  } catch {
    // None, or one that says nothing: the run may go on.
    return false;
  }
}

function createProgressFilter(): (event: RunEvent) => boolean {
  const lastAt = new Map<StageId, number>();
  return (event) => {
    if (event.type !== "stage-event" || event.event.type !== "progress") return true;
    const isDue = event.at - (lastAt.get(event.stage) ?? Number.NEGATIVE_INFINITY) >= progressIntervalMs;
    if (isDue) lastAt.set(event.stage, event.at);
    return isDue;
  };
}

/** A link is replaced by rename, so that there is never none. */
async function replaceLink(path: string, target: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, path);
}

/** What the document extends, in the order in which they do: `bases/1-base.yaml`. */
function writeBases(folder: string, { bases }: Pipeline): void {
  if (bases.length > 0) mkdirSync(join(folder, "bases"));
  for (const [index, { file, text }] of bases.entries()) {
    writeFileSync(join(folder, "bases", `${index + 1}-${basename(file)}`), text);
  }
}

/** The pipeline with all parameters filled in; references read as in the document. */
function describePipeline(pipeline: Pipeline): JsonObject {
  const { name, experiment, file, params } = pipeline;
  return {
    name,
    experiment,
    file,
    params,
    stages: Object.fromEntries(pipeline.stages.map((stage) => [stage.id, describeStage(stage)])),
  };
}

function describeStage(stage: Stage): JsonObject {
  const { combination, condition } = stage;
  const common = {
    needs: [...stage.needs],
    ...(condition === undefined ? {} : { if: condition.text }),
    ...(combination === undefined ? {} : { matrix: combination.values }),
  };
  const outputs = Object.fromEntries(
    Object.entries(stage.outputs).map(([name, { kind, path }]) => [name, { kind, path }]),
  );
  if (stage.type === "kind") {
    const { uses, revision } = stage;
    return { uses, revision, ...common, with: mapArtifacts(stage.with, formatReference), outputs };
  }
  const inputs = Object.fromEntries([...listArtifacts(stage)].map(([name, one]) => [name, formatReference(one)]));
  return { run: stage.run, env: stage.env, ...common, inputs, outputs };
}
