import { fail } from "../../base/failure.ts";
import type { Pipeline } from "../../pipeline/pipeline.ts";
import { suggestFrom } from "../../pipeline/problem.ts";
import { type LeaderboardRow, renderLeaderboard } from "../../report/leaderboard-report.ts";
import { createPalette } from "../../report/palette.ts";
import { systemClock } from "../../services/clock.ts";
import { KaggleClient } from "../../services/kaggle/client.ts";
import type { ExitCode, Invocation, Io } from "../command.ts";
import { loadLeaderboard } from "../load-leaderboard.ts";
import { loadPipeline } from "../load-pipeline.ts";
import { openProject } from "../open-project.ts";
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
  const { plot, best = "highest", metric } = options;
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
    const { runsFolder } = openProject(invocation);
    const all: Record<string, readonly LeaderboardRow[]> = {};
    for (const slug of findCompetitions(loaded.value.pipeline))
      all[slug] = await loadLeaderboard(client, slug, runsFolder);
    if (metric !== undefined) checkMetric(metric, Object.values(all).flat(), io);
    const width = io.stdout.isTTY === true ? io.stdout.columns : undefined;
    const shape = { palette: createPalette({ isColored }), metric, width };
    const texts = Object.entries(all).map(([slug, rows]) => renderLeaderboard(slug, rows, shape));
    io.stdout.write(
      options.json ? `${JSON.stringify({ version: 1, competitions: all }, undefined, 2)}\n` : texts.join("\n"),
    );
    if (plot === undefined) return 0;
    const lines = await plotLeaderboards(all, { file: plot, best }, invocation);
    (options.json ? io.stderr : io.stdout).write(`\n${lines.join("\n")}\n`);
    return 0;
  });
}

/** The competitions that the pipeline submits to, else those of which it takes files, in the document's order. */
function findCompetitions({ stages, file }: Pipeline): readonly string[] {
  const find = (prefix: string): string[] => {
    const named = stages.flatMap((stage) =>
      stage.type === "kind" && stage.uses.startsWith(prefix) ? [stage.with["competition"]] : [],
    );
    return [...new Set(named.filter((slug) => typeof slug === "string"))];
  };
  const competitions = [find("kaggle/submit"), find("kaggle/")].find((found) => found.length > 0);
  if (competitions !== undefined) return competitions;
  return fail("configuration", `${file} has no stage of Kaggle's`, "name a pipeline with a kaggle/submit stage");
}

/** Throws `FailureError` when no run has the metric. Where no run is at hand none can be wrong. */
function checkMetric(metric: string, rows: readonly LeaderboardRow[], io: Io): void {
  const measured = rows.flatMap(({ metrics }) => (metrics === undefined ? [] : [metrics]));
  if (measured.length === 0) {
    io.stderr.write(`no run that submitted is in this project, so there is no ${metric}\n`);
    return;
  }
  const names = [...new Set(measured.flatMap((metrics) => Object.keys(metrics)))].sort();
  if (names.includes(metric)) return;
  fail("configuration", `no run that submitted has a metric "${metric}"`, suggestFrom("There are", metric, names));
}
