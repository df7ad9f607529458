import { flattenJson } from "../base/flatten-json.ts";
import type { StageId } from "../base/ids.ts";
import type { Json } from "../base/json.ts";
import { findBest, findDirection, type MetricDirection } from "./metric-direction.ts";
import type { RunContent, StageContent } from "./run-content.ts";

/** Runs side by side. All lists of values are in the order of the runs, `null` where a run has none. */
export interface RunComparison {
  readonly runs: readonly Pick<RunContent, "run" | "pipeline" | "startedAt" | "durationMs" | "status" | "git">[];
  /** Only those that are not the same in all runs that have the stage. */
  readonly params: readonly ComparedParameter[];
  readonly metrics: readonly ComparedMetric[];
}

export interface ComparedParameter {
  /** `null` for a parameter of the document. */
  readonly stage: StageId | null;
  /** Dotted. */
  readonly path: string;
  readonly values: readonly (Json | null)[];
}

export interface ComparedMetric {
  readonly stage: StageId;
  readonly name: string;
  /** `null` where it is not known which way the metric gets better: then there is no best. */
  readonly direction: MetricDirection | null;
  readonly last: readonly (Json | null)[];
  /** Each run's best value over its steps. */
  readonly best: readonly (number | null)[];
  /** The runs, from 0, whose best value is the best of all; none when all that have one have the same. */
  readonly winners: readonly number[];
}

/** Compares two runs or more by their records. */
export function compareRuns(contents: readonly RunContent[]): RunComparison {
  const stages = [...new Set(contents.flatMap((content) => [...content.stages.keys()]))];
  const ofDocument = contents.map(({ params }) => params);
  return {
    runs: contents.map(({ run, pipeline, startedAt, durationMs, status, git }) => {
      return { run, pipeline, startedAt, durationMs, status, git };
    }),
    params: [
      ...compareParams(null, ofDocument),
      ...stages.flatMap((stage) =>
        compareParams(
          stage,
          contents.map(({ stages: all }) => paramsOf(all.get(stage))),
        ),
      ),
    ],
    metrics: stages.flatMap((stage) =>
      compareMetrics(
        stage,
        contents.map(({ stages: all }) => all.get(stage)),
      ),
    ),
  };
}

/** Undefined for a stage that did not come so far as to have parameters. */
function paramsOf(stage: StageContent | undefined): ReadonlyMap<string, Json> | undefined {
  return stage === undefined || Object.keys(stage.params).length === 0 ? undefined : flattenJson(stage.params);
}

function compareParams(
  stage: StageId | null,
  runs: readonly (ReadonlyMap<string, Json> | undefined)[],
): ComparedParameter[] {
  const known = runs.filter((params) => params !== undefined);
  const paths = [...new Set(known.flatMap((params) => [...params.keys()]))].sort();
  return paths
    .filter((path) => new Set(known.map((params) => JSON.stringify(params.get(path)))).size > 1)
    .map((path) => ({ stage, path, values: runs.map((params) => params?.get(path) ?? null) }));
}

/** Values of single batches compare nothing. */
function compareMetrics(stage: StageId, runs: readonly (StageContent | undefined)[]): ComparedMetric[] {
  const names = [...new Set(runs.flatMap((content) => [...(content?.metrics.keys() ?? [])]))];
  return names
    .filter((name) => !name.startsWith("batch/"))
    .map((name) => {
      const direction = findDirection(name, runs.find((content) => content?.metrics.has(name))?.params ?? {}) ?? null;
      const values = runs.map((content) => content?.metrics.get(name));
      const best = values.map((value) => findBest(value, direction) ?? null);
      const last = values.map((value) => value?.last ?? null);
      return { stage, name, direction, last, best, winners: findWinners(best, direction) };
    });
}

function findWinners(best: readonly (number | null)[], direction: MetricDirection | null): number[] {
  const known = best.filter((value) => value !== null);
  if (new Set(known).size < 2) return [];
  const winner = direction === "maximize" ? Math.max(...known) : Math.min(...known);
  return [...best.keys()].filter((index) => best[index] === winner);
}
