import { join } from "node:path";
import type { RunFinished, StageFinished, StartedStage } from "../base/event.ts";
import { flattenJson } from "../base/flatten-json.ts";
import type { JsonObject } from "../base/json.ts";
import type { ReportedMetric, ReportedStage, RunReport } from "../base/run-report.ts";
import { keptFile } from "../tracking/keep-files.ts";
import { readLogTail } from "./executor/log-tail.ts";
import { findBest, findDirection } from "./metric-direction.ts";
import type { MetricValues } from "./read-run-events.ts";
import { createPictureReader, type ShownFile } from "./read-shown-files.ts";
import { loadRunCourse, type RunCourse } from "./run-course.ts";

/**
 * Reads all that a page on a run shows, pictures included. `end` is that of a run that has ended and has not told so yet. Throws
 * `FailureError` when the run has no record that can be read.
 */
export async function loadRunReport(runFolder: string, end?: RunFinished): Promise<RunReport> {
  const course = await loadRunCourse(runFolder, end);
  const { run, status, durationMs, environment } = course;
  const { pipeline, experiment, file, at: startedAt, params, git, request, stages: all } = course.started;
  const readFiles = createPictureReader();
  const stages: ReportedStage[] = [];
  for (const stage of all) {
    const described = describeStage(stage, course);
    const files = await readFiles(listFiles(runFolder, course.events.ends.get(stage.stage)));
    stages.push({ ...described, files, logTail: hasEndedWell(described) ? "" : await readLog(runFolder, stage) });
  }
  return {
    ...{ run, pipeline, experiment, file, status, startedAt, durationMs, git, request },
    ...{ environment: flattenJson(environment), params: flattenJson(params), stages },
  };
}

type DescribedStage = Omit<ReportedStage, "files" | "logTail">;

function describeStage(stage: StartedStage, { events }: RunCourse): DescribedStage {
  const id = stage.stage;
  const [begun, end] = [events.starts.get(id), events.ends.get(id)];
  const params = end?.params ?? begun?.params ?? {};
  return {
    ...stage,
    cause: end?.cause ?? begun?.cause,
    outcome: end?.outcome ?? (begun === undefined ? undefined : { type: "begun" }),
    fingerprint: end?.fingerprint ?? begun?.fingerprint,
    params: new Map(Object.entries(params)),
    metrics: describeMetrics(events.metrics.get(id) ?? new Map(), params),
    datasets: end?.datasets ?? [],
    outputs: end?.outputs ?? {},
    warnings: [...(events.warnings.get(id) ?? [])],
  };
}

function describeMetrics(metrics: ReadonlyMap<string, MetricValues>, params: JsonObject): ReportedMetric[] {
  return [...metrics]
    .filter(([name]) => !name.startsWith("batch/"))
    .map(([name, values]) => {
      const { last, lowest, highest } = values;
      const best = findBest(values, findDirection(name, params) ?? null);
      return { name, last, best, range: lowest === undefined || highest === undefined ? undefined : [lowest, highest] };
    });
}

const hasEndedWell = ({ outcome }: DescribedStage): boolean =>
  outcome === undefined || !["failed", "interrupted", "begun"].includes(outcome.type);

function readLog(runFolder: string, { stage }: StartedStage): Promise<string> {
  return readLogTail(join(runFolder, "stages", stage, "log.txt"));
}

/** Where the run keeps them, where its link to the outputs leads, and where the outputs were. */
function listFiles(runFolder: string, end: StageFinished | undefined): ShownFile[] {
  if (end === undefined) return [];
  const { stage, files, outputsFolder } = end;
  return files.map((path) => ({
    path,
    places: [
      keptFile(runFolder, stage, path),
      join(runFolder, "stages", stage, "outputs", path),
      ...(outputsFolder === undefined ? [] : [join(outputsFolder, path)]),
    ],
  }));
}
