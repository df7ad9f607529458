import type { Palette } from "./palette.ts";
import { renderTable } from "./table.ts";

/** A submission to a competition, as the leaderboard shows it. */
export interface LeaderboardRow {
  readonly reference: number;
  /** ISO 8601. */
  readonly submittedAt: string | undefined;
  readonly status: "PENDING" | "COMPLETE" | "ERROR";
  readonly publicScore: number | undefined;
  readonly privateScore: number | undefined;
  /** Undefined for a submission that `pipe` did not make. */
  readonly runId: string | undefined;
  readonly message: string;
}

/** Columns of the longest bar. */
const barWidth = 20;

/** Words a competition's submissions, oldest first, with a bar that shows how the public score moved from one to the next. */
export function renderLeaderboard(competition: string, rows: readonly LeaderboardRow[], palette: Palette): string {
  const scores = rows.flatMap(({ publicScore }) => publicScore ?? []);
  const range = { lowest: Math.min(...scores), highest: Math.max(...scores) };
  const count = `${rows.length} ${rows.length === 1 ? "submission" : "submissions"}`;
  const summary = scores.length === 0 ? count : `${count}, public scores from ${range.lowest} to ${range.highest}`;
  const title = `${palette.bold(competition)}: ${summary}\n`;
  if (rows.length === 0) return title;
  const header = ["#", "submitted (UTC)", "public", "private", "", "run", "message"];
  const cells = rows.map((row, index) => [
    String(index + 1),
    row.submittedAt?.slice(0, 16).replace("T", " ") ?? "",
    row.publicScore?.toFixed(5) ?? row.status.toLowerCase(),
    row.privateScore?.toFixed(5) ?? "",
    row.publicScore === undefined ? "" : drawBar(row.publicScore, range),
    row.runId ?? "",
    row.message,
  ]);
  return `${title}${renderTable(header, cells, palette)}\n`;
}

/** From one eighth of a column for the lowest score to the whole width for the highest. */
function drawBar(score: number, { lowest, highest }: { lowest: number; highest: number }): string {
  const fraction = highest === lowest ? 1 : (score - lowest) / (highest - lowest);
  const eighths = Math.max(1, Math.round(fraction * barWidth * 8));
  const rest = eighths % 8;
  return "█".repeat(Math.floor(eighths / 8)) + (rest === 0 ? "" : String.fromCodePoint(0x2590 - rest));
}
