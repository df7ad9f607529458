import { FailureError } from "../../base/failure.ts";
import type { Pipeline } from "../../pipeline/pipeline.ts";
import { type LeaderboardRow, renderLeaderboard } from "../../report/leaderboard-report.ts";
import { createPalette } from "../../report/palette.ts";
import { systemClock } from "../../services/clock.ts";
import { KaggleClient } from "../../services/kaggle/client.ts";
import { parseDescription } from "../../services/kaggle/submission-mark.ts";
import { listSubmissions } from "../../services/kaggle/submissions.ts";
import { withCompetition } from "../../services/kaggle/with-competition.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { loadPipeline } from "../load-pipeline.ts";
import { plotLeaderboards } from "../plot-leaderboard.ts";
import { rejectValue } from "../reject-value.ts";
import { reportDiagnostics } from "../report-diagnostics.ts";
import { withInterrupts } from "../with-interrupts.ts";

export async function leaderboard(invocation: Invocation): Promise<ExitCode> {
  const loaded = await loadPipeline(invocation);
  if (!loaded.ok) {
    reportDiagnostics(loaded.error, invocation);
    return 2;
  }
  const { io, options, isColored } = invocation;
  const { plot, best = "highest" } = options;
  if (plot !== undefined && !plot.endsWith(".svg"))
    return rejectValue("plot", plot, "the name of a file that ends in .svg", invocation);
  if (best !== "highest" && best !== "lowest") return rejectValue("best", best, "highest or lowest", invocation);
  return withInterrupts(invocation, async (signal) => {
    const client = new KaggleClient({
      environment: io.environment,
      clock: systemClock,
      signal,
      onNotice: (text) => io.stderr.write(`${text}\n`),
    });
    const all: Record<string, readonly LeaderboardRow[]> = {};
    for (const slug of findCompetitions(loaded.value.pipeline)) all[slug] = await loadRows(client, slug);
    const palette = createPalette({ isColored });
    const texts = Object.entries(all).map(([slug, rows]) => renderLeaderboard(slug, rows, palette));
    io.stdout.write(
      options.json ? `${JSON.stringify({ version: 1, competitions: all }, undefined, 2)}\n` : texts.join("\n"),
    );
    if (plot === undefined) return 0;
    const lines = await plotLeaderboards(all, { file: plot, best }, invocation);
    (options.json ? io.stderr : io.stdout).write(`\n${lines.join("\n")}\n`);
    return 0;
  });
}

/** The competitions that the pipeline takes part in, in the document's order. */
function findCompetitions(pipeline: Pipeline): readonly string[] {
  const named = pipeline.stages.flatMap((stage) =>
    stage.type === "kind" && stage.uses.startsWith("kaggle/") ? [stage.with["competition"]] : [],
  );
  const competitions = [...new Set(named.filter((slug) => typeof slug === "string"))];
  if (competitions.length > 0) return competitions;
  throw new FailureError({
    cause: "configuration",
    message: `${pipeline.file} has no stage of Kaggle's`,
    hint: "name a pipeline with a kaggle/submit stage",
  });
}

async function loadRows(client: KaggleClient, slug: string): Promise<readonly LeaderboardRow[]> {
  const rows: LeaderboardRow[] = [];
  await withCompetition(client, {
    slug,
    action: "read",
    onInfo: () => undefined,
    async work() {
      for await (const submission of listSubmissions(client, slug)) {
        const { reference, submittedAt, status, publicScore, privateScore, description } = submission;
        const { runId, message = description } = parseDescription(description) ?? {};
        rows.push({ reference, submittedAt, status, publicScore, privateScore, runId, message });
      }
    },
  });
  return rows.reverse();
}
