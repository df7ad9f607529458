import type { ReportedFile, ReportedMetric, ReportedStage } from "../../base/run-report.ts";
import { formatBytes } from "../../util/format-bytes.ts";
import { formatCount } from "../quantities.ts";
import { type Html, html } from "./html.ts";
import { describeEnd } from "./outcomes.ts";
import { formatPageMetric, formatPageValue, renderPageTable } from "./values.ts";

/** Metrics that a reader sees without unfolding; a table of 28 classes is for who looks for it. */
const maxOpenMetrics = 16;

/** All that a run's page says of one stage. */
export function renderStage(stage: ReportedStage): Html {
  const { stage: id, uses, needs, warnings, outcome, logTail } = stage;
  const needed = needs.length === 0 ? "needs no other stage" : `needs ${needs.join(", ")}`;
  return html`<section class="stage" id="stage-${id}">
<h3>${id} <span class="dim">${uses}</span></h3>
<p class="dim">${needed}; ${describeEnd(stage)}</p>
${warnings.map(
  (text) => html`<p><strong class="mark interrupted">warning</strong> ${text}</p>
`,
)}${logTail === "" || outcome?.type === "failed" ? undefined : html`<pre>${logTail}</pre>`}
${renderMetrics(stage.metrics)}
${renderDatasets(stage)}
<div class="files">
${stage.files.map((file) => renderFile(file, id))}</div>
${renderOutputs(stage)}
${renderParams(stage)}
</section>
`;
}

/** Columns that would say nothing are left out: the best where it is not known, the range of what was measured once. */
function renderMetrics(metrics: readonly ReportedMetric[]): Html | undefined {
  if (metrics.length === 0) return undefined;
  const hasBest = metrics.some(({ best }) => best !== undefined);
  const hasRange = metrics.some(({ range }) => range !== undefined && range[0] !== range[1]);
  const numbers = ["last", ...(hasBest ? ["best"] : []), ...(hasRange ? ["lowest", "highest"] : [])];
  const rows = metrics.map(({ name, last, best, range }) => {
    const values = [last, ...(hasBest ? [best] : []), ...(hasRange ? [range?.[0], range?.[1]] : [])];
    return [name, ...values.map(formatPageMetric)];
  });
  const table = renderPageTable(["metric", ...numbers], rows, numbers);
  return metrics.length <= maxOpenMetrics ? table : fold(`${metrics.length} metrics`, table);
}

function renderDatasets({ datasets }: ReportedStage): Html | undefined {
  if (datasets.length === 0) return undefined;
  const rows = datasets.map(({ name, context, numSamples, digest }) => [
    name,
    context,
    formatCount(numSamples),
    html`<code>${digest}</code>`,
  ]);
  return renderPageTable(["data set", "for", "samples", "digest"], rows, ["samples"]);
}

/**
 * A picture stands there as data: in a document of its own, so that the names within two of them do not meet, and nothing in one can
 * run or be loaded.
 */
function renderFile(file: ReportedFile, stage: string): Html {
  if (file.type === "picture")
    return html`<figure><img src="data:${file.mediaType};base64,${file.base64}" alt="${file.path}, shown by ${stage}"><figcaption>${file.path}</figcaption></figure>
`;
  const size = file.sizeBytes === undefined ? "not there any more" : formatBytes(file.sizeBytes);
  return html`<p class="dim">file ${file.path} (${size})</p>
`;
}

function renderOutputs({ outputs }: ReportedStage): Html | undefined {
  const rows = Object.entries(outputs).map(([name, { kind, path, sizeBytes, digest }]) => [
    name,
    kind,
    html`<code>${path}</code>`,
    formatBytes(sizeBytes),
    html`<code>${digest}</code>`,
  ]);
  const table = renderPageTable(["output", "kind", "path", "size", "digest"], rows, ["size"]);
  return rows.length === 0 ? undefined : fold("outputs", table);
}

function renderParams({ params, fingerprint }: ReportedStage): Html | undefined {
  const rows = [...params].map(([name, value]) => [name, formatPageValue(value)]);
  if (fingerprint !== undefined) rows.push(["fingerprint", fingerprint]);
  return rows.length === 0 ? undefined : fold("parameters", renderPageTable(["parameter", "value"], rows));
}

function fold(title: string, content: Html): Html {
  return html`<details><summary>${title}</summary>
${content}
</details>`;
}
