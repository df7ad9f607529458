import type { Json } from "../../base/json.ts";
import { formatMetric } from "../quantities.ts";
import { type Html, html } from "./html.ts";

/** A parameter or a metric, whole: a page has room. */
export function formatPageValue(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A metric's value; `NaN` comes as a text. */
export function formatPageMetric(value: Json | undefined): string {
  if (value === undefined) return "";
  return typeof value === "number" ? formatMetric(value) : formatPageValue(value);
}

/** Names and what they stand for. */
export function renderFacts(facts: readonly (readonly [name: string, fact: Html])[]): Html {
  return html`<dl class="facts">
${facts.map(
  ([name, fact]) => html`<dt>${name}</dt><dd>${fact}</dd>
`,
)}</dl>`;
}

/** A table below its header; `numbers` are the columns of numbers. */
export function renderPageTable(
  header: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
  numbers: readonly string[] = [],
): Html {
  const classOf = (column: number): string => (numbers.includes(header[column] ?? "") ? "number" : "text");
  return html`<div class="wide"><table>
<thead><tr>${header.map((name, column) => html`<th class="${classOf(column)}">${name}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) => html`<tr>${row.map((cell, column) => html`<td class="${classOf(column)}">${cell}</td>`)}</tr>
`,
)}</tbody>
</table></div>`;
}
