import { basename, join } from "node:path";
import type {
  RunEvent,
  RunFinished,
  RunStarted,
  StageCombination,
  StageFinished,
  StageMetric,
  StageOutcome,
  WaitReason,
} from "../base/event.ts";
import type { JsonObject } from "../base/json.ts";
import { keptFile } from "./keep-files.ts";
import { type Logged, logTo, namePart } from "./log-operation.ts";
import { listImages } from "./logged-images.ts";
import type { MlflowMetric, MlflowPair, MlflowStatus } from "./mlflow-entities.ts";
import { toTag } from "./mlflow-limits.ts";
import { identityOf, type Operation, stageKey } from "./operation.ts";
import { hasFilesTag } from "./reuse-files.ts";

/** What an event does not say of the run it belongs to. */
export interface TranslationContext {
  readonly runId: string;
  readonly runFolder: string;
  /** The user's name, as MLflow shows it. */
  readonly user: string;
}

/**
 * What an event means to MLflow. Depends on nothing but its arguments: a run that is delivered twice, or in parts, or weeks
 * later, is told the same.
 */
export function translateEvent(event: RunEvent, context: TranslationContext): Operation[] {
  switch (event.type) {
    case "run-started":
      return startPipeline(event, context);
    case "stage-started":
      return [...startStage(event, event.at, context), ...logParams(event.stage, event.params)];
    case "stage-waiting":
      return event.reason.type === "retry" ? logRetry(event.stage, event.reason) : [];
    case "stage-event":
      return event.event.type === "metric" ? logMetrics(event.stage, [event.event]) : [];
    case "stage-finished":
      return finishStage(event, context);
    case "run-finished":
      return finishPipeline(event, context);
    default:
      return [];
  }
}

function startPipeline(event: RunStarted, { runId, runFolder, user }: TranslationContext): Operation[] {
  const { pipeline, file, git, params, at } = event;
  const tags = [
    ...commonTags(user),
    toTag("mlflow.source.name", file),
    ...(git ? [toTag("mlflow.source.git.commit", git.commit), toTag("pipe.git_dirty", String(git.dirty))] : []),
    ...(git?.branch ? [toTag("mlflow.source.git.branch", git.branch)] : []),
    toTag("pipe.pipeline", pipeline),
  ];
  const identity = identityOf(runId, "pipeline");
  return [
    { type: "start", run: "pipeline", name: `${pipeline} ${runId}`, startTime: at, tags, identity },
    ...logTo("pipeline", { params: flatten("params", params) }),
    // Here and not at the end, so that a run that dies has them.
    ...["pipeline.yaml", "resolved.json"].map((path) => artifactOfPipeline(path, runFolder)),
  ];
}

/** A stage that a matrix has made is found by the stage's name and its values, in columns that its siblings have too. */
function startStage(
  { stage, combination }: { readonly stage: string; readonly combination?: StageCombination },
  at: number,
  { runId, user }: TranslationContext,
): Operation[] {
  const run = stageKey(stage);
  const values = Object.entries(combination?.values ?? {});
  const tags = [
    ...commonTags(user),
    ...(combination === undefined ? [] : [toTag("pipe.matrix", combination.of)]),
    ...values.map(([key, value]) => toTag(`pipe.matrix.${key}`, String(value))),
  ];
  const start = { type: "start", run, name: stage, startTime: at, tags, identity: identityOf(runId, run) } as const;
  return [start, ...logTo(run, { params: values.map(([key, value]) => [`matrix.${key}`, value]) })];
}

const commonTags = (user: string): MlflowPair[] => [toTag("mlflow.user", user), toTag("mlflow.source.type", "LOCAL")];

/** On the stage's run as they are, on the pipeline's behind the stage's name, so that pipelines compare at a glance. */
function logParams(stage: string, params: JsonObject): Operation[] {
  const entries = Object.entries(params);
  const ofPipeline = entries.map(([key, value]) => [`${namePart(stage)}.${key}`, value] as const);
  return [...logTo(stageKey(stage), { params: entries }), ...logTo("pipeline", { params: ofPipeline })];
}

function logRetry(stage: string, { retry, failure }: Extract<WaitReason, { type: "retry" }>): Operation[] {
  return logTo(stageKey(stage), {
    tags: [
      ["pipe.retries", String(retry)],
      [`pipe.retry.${retry}`, failure.message],
    ],
  });
}

/** Metrics of single batches stay with the stage; MLflow cannot hold NaN, which becomes a tag. */
function logMetrics(stage: string, all: readonly StageMetric[]): Operation[] {
  const run = stageKey(stage);
  const metrics = all.filter(({ value }) => Number.isFinite(Number(value)));
  const toMetric = ({ name, value, at, step }: StageMetric, prefix: string): MlflowMetric => ({
    key: prefix + name,
    value: Number(value),
    timestamp: at,
    step,
  });
  const ofPipeline = metrics.filter(({ name }) => !/^(batch|system)\//.test(name));
  const dropped = all.filter(({ value }) => !Number.isFinite(Number(value)));
  return [
    ...logTo(run, { metrics: metrics.map((metric) => toMetric(metric, "")) }),
    ...logTo("pipeline", { metrics: ofPipeline.map((metric) => toMetric(metric, `${namePart(stage)}/`)) }),
    ...dropped.flatMap(({ name, value, step }) =>
      logTo(run, { tags: [[`pipe.not_finite.${name}`, `${String(value)} at step ${step}`]] }),
    ),
  ];
}

function finishStage(event: StageFinished, context: TranslationContext): Operation[] {
  const { stage, at, outcome } = event;
  // What never began has nothing to compare: the pipeline's run says why.
  if (outcome.type === "blocked") return tagPipeline(stage, `blocked by ${outcome.by.join(", ")}`);
  if (outcome.type === "skipped") return tagPipeline(stage, `skipped: ${outcome.reason}`);
  const run = stageKey(stage);
  const tags: NonNullable<Logged["tags"]> = [
    ...(event.fingerprint ? [["pipe.fingerprint", event.fingerprint] as const] : []),
    ["pipe.cached", String(outcome.type === "cached")],
    ...(outcome.type === "cached" ? [["pipe.made_by", outcome.madeBy] as const] : []),
    ...(outcome.type === "failed" ? [["pipe.failure", outcome.failure.message] as const] : []),
    ...Object.entries(event.outputs).map(([name, { digest }]) => [`pipe.output.${name}`, digest] as const),
  ];
  const inputs = event.datasets.map(({ name, digest, context: use, numSamples }) => ({
    name,
    digest: digest.slice(0, 32),
    context: use,
    profile: JSON.stringify({ num_samples: numSamples }),
  }));
  return [
    ...startStage(event, outcome.type === "cached" ? at : at - outcome.durationMs, context),
    ...logParams(stage, event.params),
    ...logMetrics(stage, event.metrics),
    ...logTo(run, { tags }),
    ...(inputs.length > 0 ? [{ type: "inputs", run, inputs } as const] : []),
    ...logFiles(event, [
      ...listImages(event, context),
      ...listArtifacts(event, context),
      ...listModels(event, context),
    ]),
    { type: "end", run, status: statusOf(outcome), endTime: at },
  ];
}

/** What a stage from the cache shows is on the server as a rule, and is not sent there again. */
function logFiles({ stage, outcome, fingerprint }: StageFinished, operations: readonly Operation[]): Operation[] {
  const run = stageKey(stage);
  if (operations.length === 0) return [];
  if (outcome.type === "cached" && fingerprint !== undefined) return [{ type: "reuse", run, fingerprint, operations }];
  return [{ type: "log", run, tags: [hasFilesTag] }, ...operations];
}

const tagPipeline = (stage: string, text: string): Operation[] =>
  logTo("pipeline", { tags: [[`pipe.stage.${namePart(stage)}`, text]] });

function listArtifacts(event: StageFinished, { runFolder }: TranslationContext): Operation[] {
  const { stage, logFile, files, images = [], outputsFolder } = event;
  const run = stageKey(stage);
  const inSeries = new Set(images.map(({ path }) => path));
  const single = files.filter((path) => !inSeries.has(path));
  const shown = single.map((path): Operation => {
    const original = outputsFolder === undefined ? [] : [join(outputsFolder, path)];
    return { type: "artifact", run, files: [keptFile(runFolder, stage, path), ...original], path };
  });
  if (logFile === undefined) return shown;
  // The first is where it is after the project was moved.
  const logFiles = [join(runFolder, "stages", stage, basename(logFile)), logFile];
  return [...shown, { type: "artifact", run, files: logFiles, path: "log.txt" }];
}

/** A stage's MLflow model is named `model`; of several, each as its output. */
function listModels(event: StageFinished, { runId, runFolder }: TranslationContext): Operation[] {
  const { stage, outputs, outputsFolder } = event;
  if (outputsFolder === undefined) return [];
  const models = Object.entries(outputs).filter(([, { kind }]) => kind === "mlflow-model");
  const [identity, stageTag] = identityOf(runId, stageKey(stage));
  return models.map(([output, { path, digest }]) => ({
    type: "model",
    run: stageKey(stage),
    name: models.length === 1 ? "model" : output,
    folders: [keptFile(runFolder, stage, path), join(outputsFolder, path)],
    identity,
    tags: [stageTag, toTag("pipe.digest", digest)],
  }));
}

function finishPipeline({ status, at, report }: RunFinished, { runFolder }: TranslationContext): Operation[] {
  const end = { done: "FINISHED", failed: "FAILED", interrupted: "KILLED" } as const;
  return [
    ...(report === undefined ? [] : [artifactOfPipeline(report, runFolder)]),
    { type: "end", run: "pipeline", status: end[status], endTime: at },
  ];
}

const artifactOfPipeline = (path: string, runFolder: string): Operation => ({
  type: "artifact",
  run: "pipeline",
  files: [join(runFolder, path)],
  path,
});

function statusOf({ type }: StageOutcome): MlflowStatus {
  if (type === "failed") return "FAILED";
  return type === "interrupted" ? "KILLED" : "FINISHED";
}

/** `params.augment.degrees`: nested maps by dots, lists as JSON. */
function flatten(prefix: string, value: JsonObject): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const path = `${prefix}.${key}`;
    const isMap = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    return isMap ? flatten(path, inner as JsonObject) : [[path, inner]];
  });
}
