import { selectHeadlines } from "../../base/headline-metrics.ts";
import type { Json } from "../../base/json.ts";
import type { ReportedStage, RunReport } from "../../base/run-report.ts";
import { describeCause } from "../cause-words.ts";
import { formatDuration } from "../quantities.ts";
import { drawStages } from "./graph-picture.ts";
import { formatHtml, type Html, html } from "./html.ts";
import { describeEnd, durationOf, outcomeMarks, outcomeOf } from "./outcomes.ts";
import { renderRepeat } from "./repeat.ts";
import { renderStage } from "./stage-section.ts";
import { pageStyle } from "./style.ts";
import { formatPageMetric, formatPageValue, renderFacts } from "./values.ts";

const maxTiles = 12;

/**
 * A run as one HTML page that holds all it shows: nothing is loaded from elsewhere, and no script runs. The same report gives the
 * same text.
 */
export function renderRunPage(report: RunReport): string {
  const { run, pipeline, stages, file } = report;
  return formatHtml(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${pipeline}: ${run}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>${pipeline}</h1>
${renderFacts(listFacts(report))}
</header>
<main>
${renderFailures(stages)}
${renderTiles(stages)}
<h2>Stages</h2>
${drawStages(stages)}
${renderStageTable(stages, file)}
${renderParams(report)}
<h2>Stage by stage</h2>
${stages.map(renderStage)}
<h2>To repeat it</h2>
${renderRepeat(report)}
</main>
</body>
</html>
`);
}

function listFacts(report: RunReport): [string, Html][] {
  const { run, status, startedAt, durationMs, git, environment, experiment, file } = report;
  const machine = [...environment].filter(([name]) => name !== "pipe");
  return [
    ["run", html`<code>${run}</code>`],
    ["status", html`<span class="status ${status.replace(" ", "-")}">${status}</span>`],
    [
      "begun",
      html`<time datetime="${new Date(startedAt).toISOString()}">${formatTime(startedAt)}</time>, took ${formatDuration(durationMs)}`,
    ],
    ["document", html`<code>${file}</code>, experiment ${experiment}`],
    ["commit", wordCommit(git)],
    [
      "machine",
      html`${machine.map(([name, value]) => `${name} ${formatPageValue(value)}`).join(", ") || "not recorded"}`,
    ],
    ["pipe", html`${formatPageValue(environment.get("pipe") ?? "not recorded")}`],
  ];
}

function wordCommit(git: RunReport["git"]): Html {
  if (git === undefined) return html`none: the folder was not in a repository`;
  const branch = git.branch === undefined ? "" : ` on ${git.branch}`;
  return html`<code>${git.commit}</code>${branch}${git.dirty ? ", with changes that are not in it" : ""}`;
}

/** `2026-11-24 08:30:12 UTC`. */
function formatTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function renderFailures(stages: readonly ReportedStage[]): Html[] {
  return stages.flatMap(({ stage, outcome, logTail }) => {
    if (outcome?.type !== "failed") return [];
    const { message, hint, detail } = outcome.failure;
    const log = detail ?? logTail;
    return [
      html`<section class="failure">
<h2>${stage} failed</h2>
<p>${message}</p>
${hint === undefined ? undefined : html`<p>${hint}</p>`}
${log === "" ? undefined : html`<pre>${log}</pre>`}
</section>
`,
    ];
  });
}

/** What tells how good the results are, what a competition says first. */
function renderTiles(stages: readonly ReportedStage[]): Html | undefined {
  const all = stages.flatMap(({ stage, metrics }) =>
    selectHeadlines(metrics.map(({ name, last }) => [name, last] as const)).map(([name, last]) => ({
      stage,
      name,
      last,
    })),
  );
  // Which epoch was the best says nothing of how good it is.
  const telling = all.filter(({ name }) => name !== "best/epoch");
  const shown = telling.sort((a, b) => rankOf(a.name) - rankOf(b.name)).slice(0, maxTiles);
  if (shown.length === 0) return undefined;
  return html`<h2>Results</h2>
<ul class="tiles">
${shown.map(renderTile)}</ul>`;
}

const renderTile = ({
  stage,
  name,
  last,
}: {
  readonly stage: string;
  readonly name: string;
  readonly last: Json;
}): Html =>
  html`<li><strong>${formatPageMetric(last)}</strong> ${name} <span class="dim">${stage}</span></li>
`;

function rankOf(name: string): number {
  return [/^kaggle\//, /^best\//, /^test\//, /^val\//, /./].findIndex((pattern) => pattern.test(name));
}

function renderStageTable(stages: readonly ReportedStage[], file: string): Html {
  return html`<div class="wide"><table>
<thead><tr><th>stage</th><th>kind</th><th>end</th><th class="number">took</th><th>why</th></tr></thead>
<tbody>
${stages.map((one) => renderStageRow(one, file))}</tbody>
</table></div>`;
}

function renderStageRow(stage: ReportedStage, file: string): Html {
  const outcome = outcomeOf(stage);
  const took = durationOf(stage);
  const why = stage.cause === undefined ? "" : describeCause(stage.cause, file);
  return html`<tr><td><a href="#stage-${encodeURIComponent(stage.stage)}">${stage.stage}</a></td><td>${stage.uses}</td><td><span class="mark ${outcome}">${outcomeMarks[outcome]}</span> ${describeEnd(stage)}</td><td class="number">${took === undefined ? "" : formatDuration(took)}</td><td>${why}</td></tr>
`;
}

function renderParams({ params, request }: RunReport): Html | undefined {
  if (params.size === 0) return undefined;
  const set = new Set(request?.set.map((text) => text.split("=")[0]?.trim()));
  return html`<h2>Parameters</h2>
<table>
<tbody>
${[...params].map(
  ([
    name,
    value,
  ]) => html`<tr><th scope="row">${name}</th><td>${formatPageValue(value)}${isSet(name, set) ? html` <span class="dim">by --set</span>` : undefined}</td></tr>
`,
)}</tbody>
</table>`;
}

/** `--set params.augment={…}` sets all below it. */
function isSet(name: string, set: ReadonlySet<string | undefined>): boolean {
  const words = `params.${name}`.split(".");
  return words.some((_, index) => set.has(words.slice(0, index + 1).join(".")));
}
