import { dirname, parse, relative, resolve } from "node:path";
import type { ScoreChart } from "../plots/score-chart.ts";
import type { LeaderboardRow } from "../report/leaderboard-report.ts";
import type { Invocation } from "./command.ts";

/** What the plots are to show and where they go. */
export interface LeaderboardPlots {
  /** Ends in `.svg`; the PNG goes beside it. */
  readonly file: string;
  readonly best: ScoreChart["best"];
}

/**
 * Draws the public score over the submissions to each competition. Of several competitions each gets a file of its own, with its name at
 * the end. Returns a line for each.
 */
export async function plotLeaderboards(
  competitions: Readonly<Record<string, readonly LeaderboardRow[]>>,
  { file, best }: LeaderboardPlots,
  { folder, io }: Invocation,
): Promise<string[]> {
  // Here and not above: only who wants a plot waits for the plotting library.
  const [{ scoreChart }, { savePlot }] = await Promise.all([
    import("../plots/score-chart.ts"),
    import("../plots/save-plot.ts"),
  ]);
  const path = resolve(folder, file);
  const hasSeveral = Object.keys(competitions).length > 1;
  const lines: string[] = [];
  for (const [slug, rows] of Object.entries(competitions)) {
    const scores = rows.map(({ publicScore }) => publicScore);
    const known = scores.filter((score) => score !== undefined);
    if (known.length === 0) {
      lines.push(`${slug}: no public score yet, so there is no plot`);
      continue;
    }
    const top = best === "highest" ? Math.max(...known) : Math.min(...known);
    const subtitle = `${rows.length} ${rows.length === 1 ? "submission" : "submissions"}, the best ${top}`;
    const name = `${parse(path).name}${hasSeveral ? `-${slug}` : ""}`;
    const saved = await savePlot(dirname(path), name, scoreChart({ title: slug, subtitle, scores, best }));
    const shown = [saved.svg, saved.png].map((one) => relative(io.workingFolder, one));
    lines.push(`${slug}: ${shown.join(" and ")}`);
  }
  return lines;
}
