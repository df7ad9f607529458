import { readdirSync } from "node:fs";
import { join } from "node:path";
import { selectHeadlines } from "../base/headline-metrics.ts";
import type { StageId } from "../base/ids.ts";
import type { Json } from "../base/json.ts";
import { mapBounded } from "../util/map-bounded.ts";
import { readRunStart } from "./read-run-events.ts";
import { loadRunContent, type RunContent, type StageContent } from "./run-content.ts";
import { listRunIds } from "./run-list.ts";

/** The runs of a project, newest first. */
export interface RunOverview {
  readonly runs: readonly RunSummary[];
  /** How many more runs there are that were asked for, older than these. */
  readonly numOlder: number;
  /** Folders among the runs that are none, or none that can be read. */
  readonly unreadable: readonly string[];
}

export interface RunSummary
  extends Pick<RunContent, "run" | "pipeline" | "startedAt" | "durationMs" | "status" | "git"> {
  /** How many stages have ended in which way. */
  readonly stages: Readonly<Partial<Record<StageContent["outcome"], number>>>;
  /** Last values of what tells how good the results are. */
  readonly metrics: readonly HeadlineMetric[];
}

export interface HeadlineMetric {
  readonly stage: StageId;
  readonly name: string;
  readonly value: Json;
}

export interface RunQuery {
  /** Only runs of the pipeline of this name. */
  readonly pipeline?: string;
  /** At most this many. */
  readonly limit: number;
}

const concurrency = 16;

/** Reads the first event of all runs, and the whole record of those that are shown. */
export async function summarizeRuns(
  { runsFolder, cacheFolder }: { readonly runsFolder: string; readonly cacheFolder: string },
  { pipeline, limit }: RunQuery,
): Promise<RunOverview> {
  const starts = await mapBounded(listRunIds(runsFolder), concurrency, async (run) => {
    return { run, start: await readRunStart(join(runsFolder, run)) };
  });
  const readable = starts.flatMap(({ run, start }) => (start === undefined ? [] : [{ run, start }]));
  const wanted = readable
    .filter(({ start }) => pipeline === undefined || start.pipeline === pipeline)
    .sort((a, b) => b.start.at - a.start.at);
  const runs = await mapBounded(wanted.slice(0, limit), concurrency, async ({ run }) =>
    summarize(await loadRunContent(join(runsFolder, run), cacheFolder)),
  );
  const known = new Set<string>(readable.map(({ run }) => run));
  const unreadable = listFolders(runsFolder).filter((name) => !known.has(name));
  return { runs, numOlder: wanted.length - runs.length, unreadable };
}

function listFolders(runsFolder: string): string[] {
  try {
    const entries = readdirSync(runsFolder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  } catch {
    // There was no run yet.
    return [];
  }
}

function summarize({ run, pipeline, startedAt, durationMs, status, git, stages }: RunContent): RunSummary {
  const counts: Partial<Record<StageContent["outcome"], number>> = {};
  for (const { outcome } of stages.values()) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const metrics = [...stages].flatMap(([stage, content]) =>
    selectHeadlines([...content.metrics]).map(([name, { last }]): HeadlineMetric => ({ stage, name, value: last })),
  );
  return { run, pipeline, startedAt, durationMs, status, git, stages: counts, metrics };
}
