import type { Diagnostic, SourceRange } from "../base/diagnostic.ts";
import { looksLikeCondition, parseCondition } from "./condition/parse-condition.ts";
import type { TemplateNode, UnknownNode } from "./document-node.ts";
import { problem, type Report } from "./problem.ts";
import { parseReference, type Reference } from "./reference.ts";
import type { SourceText } from "./source-text.ts";

interface TemplatePlace {
  readonly source: SourceText;
  /** Offsets of the scalar in the source, quotes included. */
  readonly start: number;
  readonly end: number;
}

const referenceForms = "Write ${{ params.NAME }}, ${{ matrix.KEY }} or ${{ stages.ID.outputs.NAME }}.";

/** Reads text that contains `${{`. A reference that cannot be read is reported, and the value is then unknown. */
export function parseTemplate(text: string, place: TemplatePlace, report: Report): TemplateNode | UnknownNode {
  const range = place.source.range(place.start, place.end);
  const parts: (string | Reference)[] = [];
  const problems: Diagnostic[] = [];
  let at = 0;
  for (let index = 0; ; index++) {
    const open = text.indexOf("${{", at);
    if (open === -1) break;
    const close = text.indexOf("}}", open);
    const referenceRange = locateReference(place, index, range);
    if (close === -1) {
      problems.push(
        problem("PIPE114", referenceRange, "a reference that is not closed", { hint: "Add }} at its end." }),
      );
      break;
    }
    const written = text.slice(open, close + 2);
    const referencePlace = { text: written, range: referenceRange };
    const reference =
      parseReference(written.slice(3, -2).trim(), referencePlace) ??
      (looksLikeCondition(written) ? parseCondition(written.slice(3, -2), referencePlace) : undefined);
    if (open > at) parts.push(text.slice(at, open));
    if (reference === undefined) problems.push(describeMalformed(written, referenceRange));
    else if ("severity" in reference) problems.push(reference);
    else parts.push(reference);
    at = close + 2;
  }
  if (at < text.length) parts.push(text.slice(at));
  for (const found of problems) report(found);
  return problems.length > 0 ? { type: "unknown", range } : { type: "template", parts, range };
}

function describeMalformed(written: string, range: SourceRange): Diagnostic {
  const expression = written.slice(3, -2).trim();
  const stageOutput = /^stages\.([\w-]+)\.([\w-]+)$/.exec(expression);
  const hint = stageOutput
    ? `Write \${{ stages.${stageOutput[1]}.outputs.${stageOutput[2] === "outputs" ? "NAME" : stageOutput[2]} }}.`
    : /^[A-Za-z_][\w-]*$/.test(expression) && !["params", "stages", "inputs", "outputs", "matrix"].includes(expression)
      ? `Write \${{ params.${expression} }} for the parameter "${expression}".`
      : referenceForms;
  return problem("PIPE114", range, `${written} is not a reference that pipelines know`, { hint });
}

/** The place of the reference of that index within the scalar; all of the scalar if escapes hide it. */
function locateReference(place: TemplatePlace, index: number, fallback: SourceRange): SourceRange {
  const raw = place.source.text.slice(place.start, place.end);
  let open = raw.indexOf("${{");
  for (let count = 0; count < index && open !== -1; count++) open = raw.indexOf("${{", open + 3);
  if (open === -1) return fallback;
  const close = raw.indexOf("}}", open);
  return place.source.range(place.start + open, close === -1 ? place.end : place.start + close + 2);
}
