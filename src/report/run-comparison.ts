import type { Json } from "../base/json.ts";
import type { Palette } from "./palette.ts";
import { formatDuration, formatMetric } from "./quantities.ts";
import { renderTable } from "./table.ts";

/** The runner's `RunComparison`. */
interface RunComparison {
  readonly runs: readonly ComparedRun[];
  readonly params: readonly {
    readonly stage: string | null;
    readonly path: string;
    readonly values: readonly (Json | null)[];
  }[];
  readonly metrics: readonly ComparedMetric[];
}

interface ComparedRun {
  readonly run: string;
  readonly durationMs: number;
  readonly status: string;
  readonly git: { readonly commit: string; readonly dirty: boolean } | undefined;
}

interface ComparedMetric {
  readonly stage: string;
  readonly name: string;
  readonly last: readonly (Json | null)[];
  readonly best: readonly (number | null)[];
  readonly winners: readonly number[];
}

const absent = "–";

/** Columns of a parameter's value. */
const maxWidth = 32;

/** Runs side by side, a column each. */
export function renderRunComparison({ runs, params, metrics }: RunComparison, palette: Palette): string {
  const names = runs.map(({ run }) => splitName(run));
  const rows = [
    ["", ...names.map(([, name]) => name)],
    ["status", ...runs.map(({ status }) => status)],
    ["took", ...runs.map(({ durationMs }) => formatDuration(durationMs))],
    ["commit", ...runs.map(({ git }) => wordCommit(git))],
    ...params.map(({ stage, path, values }) => [`${stage ?? "params"}.${path}`, ...cutAlike(values.map(wordValue))]),
    ...metrics.flatMap(renderMetric),
  ];
  const legend = metrics.some(({ winners }) => winners.length > 0) ? "\n* the best of these runs\n" : "";
  return `${renderTable(["", ...names.map(([time]) => time)], rows, palette)}\n${legend}`;
}

/** A run's name takes two lines, `20261124-083012` and `quickstart-3f9a`, so that more runs fit on a screen. */
function splitName(run: string): readonly [time: string, name: string] {
  const parts = /^(\d{8}-\d{6})-(.+)$/.exec(run);
  return [parts?.[1] ?? run, parts?.[2] ?? ""];
}

function wordCommit(git: ComparedRun["git"]): string {
  return git === undefined ? absent : `${git.commit.slice(0, 8)}${git.dirty ? "+" : ""}`;
}

/** The last values, and below them the best ones where a run has a better one than its last. */
function renderMetric({ stage, name, last, best, winners }: ComparedMetric): string[][] {
  const label = `${stage} ${name}`;
  const hasBetter = best.some((value, index) => value !== null && value !== last[index]);
  const mark = (value: Json | null, index: number): string =>
    `${wordValue(value)}${winners.includes(index) ? " *" : ""}`;
  return hasBetter
    ? [
        [label, ...last.map(wordValue)],
        [`${label} (best)`, ...best.map(mark)],
      ]
    : [[label, ...last.map(mark)]];
}

/** Long texts from shortly before the place where they begin to differ, so that the difference is seen. */
function cutAlike(texts: readonly string[]): readonly string[] {
  if (texts.every((text) => text.length <= maxWidth)) return texts;
  const [first = "", ...others] = texts.filter((text) => text !== absent);
  let numAlike = 0;
  while (numAlike < first.length && others.every((text) => text[numAlike] === first[numAlike])) numAlike++;
  const from = Math.max(0, numAlike - 8);
  return texts.map((text) => {
    if (text === absent) return text;
    const end = from + maxWidth - 2;
    return `${from > 0 ? "…" : ""}${text.slice(from, end)}${end < text.length ? "…" : ""}`;
  });
}

function wordValue(value: Json | null): string {
  if (value === null) return absent;
  if (typeof value === "number") return formatMetric(value);
  return typeof value === "string" ? value.replaceAll(/\s+/g, " ") : JSON.stringify(value);
}
