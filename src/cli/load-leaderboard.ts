import { join } from "node:path";
import type { LeaderboardRow } from "../report/leaderboard-report.ts";
import { type MetricValues, readRunEvents } from "../runner/read-run-events.ts";
import type { KaggleClient } from "../services/kaggle/client.ts";
import { parseDescription } from "../services/kaggle/submission-mark.ts";
import { listSubmissions, type Submission } from "../services/kaggle/submissions.ts";
import { withCompetition } from "../services/kaggle/with-competition.ts";
import { mapBounded } from "../util/map-bounded.ts";

/** Lists a competition's submissions, oldest first, each with what the run that made it says of itself. */
export async function loadLeaderboard(
  client: KaggleClient,
  slug: string,
  runsFolder: string,
): Promise<LeaderboardRow[]> {
  const submissions: Submission[] = [];
  await withCompetition(client, {
    slug,
    action: "read",
    onInfo: () => undefined,
    async work() {
      for await (const submission of listSubmissions(client, slug)) submissions.push(submission);
    },
  });
  // Kaggle lists the newest first; of those of one second its numbers tell.
  submissions.sort((a, b) => timeOf(a) - timeOf(b) || a.reference - b.reference);
  const marked = submissions.map((submission) => ({ submission, mark: parseDescription(submission.description) }));
  const metrics = await loadMetrics(
    marked.flatMap(({ mark }) => mark?.runId ?? []),
    runsFolder,
  );
  return marked.map(({ submission, mark }): LeaderboardRow => {
    const { description, ...rest } = submission;
    const { runId, message = description } = mark ?? {};
    return { ...rest, runId, message, metrics: runId === undefined ? undefined : metrics.get(runId) };
  });
}

function timeOf({ submittedAt }: Submission): number {
  const time = Date.parse(submittedAt ?? "");
  return Number.isNaN(time) ? 0 : time;
}

/** Runs whose records are read at a time. */
const concurrency = 8;

/** The metrics of those runs that this project has. */
async function loadMetrics(
  runIds: readonly string[],
  runsFolder: string,
): Promise<ReadonlyMap<string, LeaderboardRow["metrics"]>> {
  // The name comes from Kaggle, where anybody of the team may have written it: it must not lead out of the folder.
  const names = [...new Set(runIds)].filter((name) => /^[\w-]+$/.test(name));
  const entries = await mapBounded(names, concurrency, async (name) => {
    const { started, metrics } = await readRunEvents(join(runsFolder, name));
    const ofStages = started?.stages.map(({ stage }) => metrics.get(stage) ?? new Map<string, MetricValues>());
    return [name, ofStages && mergeMetrics(ofStages)] as const;
  });
  return new Map(entries);
}

/** Of stages that report the same metric the last one counts: it judges what those before it have made. */
function mergeMetrics(stages: readonly ReadonlyMap<string, MetricValues>[]): Readonly<Record<string, number>> {
  const all = stages.flatMap((metrics) => [...metrics].map(([name, { last }]) => [name, last] as const));
  return Object.fromEntries(all.filter((entry): entry is readonly [string, number] => typeof entry[1] === "number"));
}
