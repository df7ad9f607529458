import type { ReportedStage } from "../../base/run-report.ts";
import { shorten } from "../../util/shorten.ts";
import { type Html, html } from "./html.ts";
import { describeEnds, type OutcomeName, outcomeMarks, outcomeOf } from "./outcomes.ts";
import { type GraphNode, type GraphPlace, layOutStages } from "./stage-graph.ts";

/** In the picture's units, which are pixels unless it has to shrink. */
const node = { width: 148, height: 46 } as const;
const gap = { width: 44, height: 18 } as const;
const margin = 6;
/** Letters of a name, and of the smaller line below it, that fit. */
const maxLetters = { name: 18, end: 23 } as const;

/** The stages as a drawing from left to right, each with how it ended and a link to its part of the page. */
export function drawStages(stages: readonly ReportedStage[]): Html {
  const { nodes, edges, numColumns, numRows } = layOutStages(stages);
  const width = 2 * margin + numColumns * (node.width + gap.width) - gap.width;
  const height = 2 * margin + numRows * (node.height + gap.height) - gap.height;
  const leftOf = ({ column }: GraphPlace): number => margin + column * (node.width + gap.width);
  const middleOf = ({ row }: GraphPlace): number => height / 2 + row * (node.height + gap.height);
  const drawEdge = (places: readonly GraphPlace[]): Html => {
    const [first, ...others] = places.map((place) => ({ x: leftOf(place), y: middleOf(place) }));
    if (first === undefined) return html``;
    // From the right side of each to the left side of the next; through a gap, straight on.
    const curves = others.map(({ x, y }, index) => {
      const middle = x - gap.width / 2;
      const before = index === 0 ? first.y : (others[index - 1]?.y ?? y);
      const through = index < others.length - 1 ? ` H${x + node.width}` : "";
      return `C${middle} ${before} ${middle} ${y} ${x} ${y}${through}`;
    });
    return html`<path d="M${first.x + node.width} ${first.y} ${curves.join(" ")}"/>`;
  };
  const drawNode = (one: GraphNode): Html => {
    const members = one.stages.flatMap((index) => stages[index] ?? []);
    const name = one.stages.length > 1 ? `${one.name} ×${one.stages.length}` : one.name;
    const [x, y] = [leftOf(one), middleOf(one) - node.height / 2];
    const outcome = worstOf(members);
    return html`<a href="#stage-${encodeURIComponent(members[0]?.stage ?? "")}"><title>${name}: ${describeEnds(members)}</title>
<rect class="${outcome}" x="${x}" y="${y}" width="${node.width}" height="${node.height}" rx="7"/>
<text x="${x + 10}" y="${y + 19}">${shorten(name, maxLetters.name)}</text>
<text class="end" x="${x + 10}" y="${y + 36}">${outcomeMarks[outcome]} ${shorten(describeEnds(members), maxLetters.end)}</text></a>
`;
  };
  return html`<div class="graph"><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="The stages and what each needs; the table below says the same.">
<g class="edges">${edges.map(drawEdge)}</g>
${nodes.map(drawNode)}</svg></div>`;
}

/** A matrix of which one stage has failed is a failed one. */
function worstOf(stages: readonly ReportedStage[]): OutcomeName {
  const order: readonly OutcomeName[] = [
    "failed",
    "interrupted",
    "begun",
    "blocked",
    "not-run",
    "executed",
    "cached",
    "skipped",
  ];
  const found = new Set(stages.map(outcomeOf));
  return order.find((name) => found.has(name)) ?? "not-run";
}
