import type { Palette } from "./palette.ts";
import { formatMetric } from "./quantities.ts";
import { measureColumns, renderTable } from "./table.ts";
import { onOneLine } from "./text-width.ts";

/** A submission to a competition, as the leaderboard shows it. */
export interface LeaderboardRow {
  readonly reference: number;
  /** ISO 8601. */
  readonly submittedAt: string | undefined;
  readonly status: "PENDING" | "COMPLETE" | "ERROR";
  readonly publicScore: number | undefined;
  readonly privateScore: number | undefined;
  /** Why the file could not be scored. */
  readonly errorDescription: string | undefined;
  readonly fileName: string | undefined;
  /** Undefined for a submission that `pipe` did not make. */
  readonly runId: string | undefined;
  readonly message: string;
  /** How good its run was by its own measure, by metric; undefined when the run is not in this project. */
  readonly metrics: Readonly<Record<string, number>> | undefined;
}

export interface LeaderboardOptions {
  readonly palette: Palette;
  /** A metric of the runs, to stand beside the score. */
  readonly metric?: string | undefined;
  /** Columns of the terminal; undefined where nothing has to fit. */
  readonly width?: number | undefined;
}

/** Columns of the longest bar, where there is room. */
const barWidth = 20;
/** A narrower bar shows nothing. */
const minBarWidth = 6;
/** Columns that a message gets before the bar does. */
const messageWidth = 24;

/** Words a competition's submissions, oldest first, with a bar that shows how the public score moved from one to the next. */
export function renderLeaderboard(
  competition: string,
  rows: readonly LeaderboardRow[],
  { palette, metric, width }: LeaderboardOptions,
): string {
  const title = `${palette.bold(competition)}: ${summarize(rows)}\n`;
  if (rows.length === 0) return title;
  const columns: (readonly [name: string, cells: readonly string[]])[] = [
    ["#", rows.map((_, index) => String(index + 1))],
    ["submitted (UTC)", rows.map(({ submittedAt }) => submittedAt?.slice(0, 16).replace("T", " ") ?? "")],
    ["public", formatScores(rows, ({ publicScore }) => publicScore, wordNoScore)],
    ["private", formatScores(rows, ({ privateScore }) => privateScore)],
    [metric ?? "", rows.map(({ metrics }) => wordMetric(metric === undefined ? undefined : metrics?.[metric]))],
    ["run", rows.map(({ runId }) => (runId === undefined ? "not by pipe" : onOneLine(runId)))],
    ["message", rows.map(wordMessage)],
  ];
  const shown = columns.filter(([, cells]) => cells.some((cell) => cell !== ""));
  const bars = drawBars(rows, findBarWidth(shown, width));
  if (bars !== undefined)
    shown.splice(
      shown.findIndex(([name]) => name === "run"),
      0,
      ["", bars],
    );
  const cells = rows.map((_, index) => shown.map(([, column]) => column[index] ?? ""));
  return `${title}${renderTable(
    shown.map(([name]) => name),
    cells,
    palette,
    width,
  )}\n`;
}

function summarize(rows: readonly LeaderboardRow[]): string {
  const scores = rows.flatMap(({ publicScore }) => publicScore ?? []);
  const count = (status: LeaderboardRow["status"]): number => rows.filter((row) => row.status === status).length;
  const [numPending, numFailed] = [count("PENDING"), count("ERROR")];
  return [
    `${rows.length} ${rows.length === 1 ? "submission" : "submissions"}`,
    ...(scores.length > 0 ? [`public scores from ${Math.min(...scores)} to ${Math.max(...scores)}`] : []),
    ...(numFailed > 0 ? [`${numFailed} could not be scored`] : []),
    ...(numPending > 0 ? [`${numPending} not scored yet`] : []),
  ].join(", ");
}

/** Kaggle gives five decimals, and more where a competition's scores need them. */
function formatScores(
  rows: readonly LeaderboardRow[],
  scoreOf: (row: LeaderboardRow) => number | undefined,
  wordAbsence: (row: LeaderboardRow) => string = () => "",
): string[] {
  const numDecimals = Math.min(12, Math.max(5, ...rows.map((row) => countDecimals(scoreOf(row) ?? 0))));
  return rows.map((row) => scoreOf(row)?.toFixed(numDecimals) ?? wordAbsence(row));
}

function countDecimals(score: number): number {
  const [, decimals = "", exponent = "0"] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(score)) ?? [];
  return Math.max(0, decimals.length - Number(exponent));
}

function wordNoScore({ status }: LeaderboardRow): string {
  switch (status) {
    case "PENDING":
      return "pending";
    case "ERROR":
      return "error";
    case "COMPLETE":
      return "none";
  }
}

function wordMetric(value: number | undefined): string {
  return value === undefined ? "" : formatMetric(value);
}

/** What was written at the submission, else the file's name; before it, why there is no score. */
function wordMessage({ status, errorDescription, message, fileName }: LeaderboardRow): string {
  const reason = status === "ERROR" ? [errorDescription ?? "Kaggle gives no reason"] : [];
  return onOneLine([...reason, message || (fileName ?? "")].filter((text) => text !== "").join(" | "));
}

/** As wide as is left beside the other columns and the beginning of a message. */
function findBarWidth(columns: readonly (readonly [string, readonly string[]])[], width: number | undefined): number {
  if (width === undefined) return barWidth;
  const names = columns.map(([name]) => name);
  const numRows = columns[0]?.[1].length ?? 0;
  const cells = Array.from({ length: numRows }, (_, index) =>
    columns.map(([name, column]) => (name === "message" ? "-".repeat(messageWidth) : (column[index] ?? ""))),
  );
  return Math.min(barWidth, width - measureColumns([...names, ""], cells));
}

/** From one eighth of a column for the lowest score to the whole width for the highest; undefined where there is nothing to draw. */
function drawBars(rows: readonly LeaderboardRow[], maxWidth: number): string[] | undefined {
  const scores = rows.flatMap(({ publicScore }) => publicScore ?? []);
  if (scores.length === 0 || maxWidth < minBarWidth) return undefined;
  const [lowest, highest] = [Math.min(...scores), Math.max(...scores)];
  return rows.map(({ publicScore }) => {
    if (publicScore === undefined) return "";
    const fraction = highest === lowest ? 1 : (publicScore - lowest) / (highest - lowest);
    const eighths = Math.max(1, Math.round(fraction * maxWidth * 8));
    const rest = eighths % 8;
    return "█".repeat(Math.floor(eighths / 8)) + (rest === 0 ? "" : String.fromCodePoint(0x2590 - rest));
  });
}
