import type { Json } from "../base/json.ts";
import { formatAge } from "./cache-list.ts";
import type { Palette } from "./palette.ts";
import { formatDuration, formatMetric } from "./quantities.ts";
import { renderTable } from "./table.ts";

/** The runner's `RunOverview`. */
interface RunOverview {
  readonly runs: readonly RunSummary[];
  readonly numOlder: number;
  readonly unreadable: readonly string[];
}

interface RunSummary {
  readonly run: string;
  readonly pipeline: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly status: string;
  readonly git: { readonly commit: string; readonly dirty: boolean } | undefined;
  readonly stages: Readonly<Partial<Record<string, number>>>;
  readonly metrics: readonly { readonly name: string; readonly value: Json }[];
}

/** What fits beside the rest. */
const maxMetrics = 3;

/** The runs as a table, what was left out, and what could not be read. */
export function renderRunOverview(
  { runs, numOlder, unreadable }: RunOverview,
  { now, palette }: { readonly now: number; readonly palette: Palette },
): string {
  const header = ["run", "pipeline", "begun", "took", "status", "run/cached/failed/skipped", "metrics", "commit"];
  const rows = runs.map((one) => [
    one.run,
    one.pipeline,
    formatAge(now - one.startedAt),
    formatDuration(one.durationMs),
    one.status,
    ["executed", "cached", "failed", "skipped"].map((outcome) => one.stages[outcome] ?? 0).join("/"),
    wordMetrics(one.metrics),
    one.git === undefined ? "" : `${one.git.commit.slice(0, 8)}${one.git.dirty ? "+" : ""}`,
  ]);
  const blocks = [
    rows.length === 0 ? "There is no such run." : renderTable(header, rows, palette),
    ...(numOlder > 0 ? [`${numOlder} older, shown with a greater --limit`] : []),
    ...(unreadable.length > 0
      ? [unreadable.map((name) => `${palette.yellow("warning")} runs/${name} is not the record of a run`).join("\n")]
      : []),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** Of stages that report the same, as a matrix makes them, the range: `best/val_macro_f1 0.61–0.67`. */
function wordMetrics(metrics: RunSummary["metrics"]): string {
  const values = new Map<string, number[]>();
  for (const { name, value } of metrics) {
    // Which epoch was the best says nothing of how good it is.
    if (typeof value === "number" && name !== "best/epoch") values.set(name, [...(values.get(name) ?? []), value]);
  }
  const words = [...values].map(([name, all]) => {
    const [lowest, highest] = [formatMetric(Math.min(...all)), formatMetric(Math.max(...all))];
    return `${name} ${lowest === highest ? lowest : `${lowest}–${highest}`}`;
  });
  // What a competition says comes last in a pipeline and counts most.
  const isScore = (word: string): boolean => word.startsWith("kaggle/");
  return [...words.filter(isScore), ...words.filter((word) => !isScore(word))].slice(0, maxMetrics).join("  ");
}
