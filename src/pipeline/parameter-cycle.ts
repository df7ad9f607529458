import type { Diagnostic } from "../base/diagnostic.ts";
import type { DocumentNode } from "./document-node.ts";
import { problem } from "./problem.ts";
import type { ParameterReference } from "./reference.ts";

/**
 * Parameters that need each other: `node` is met again, by `via`, while `open` are being resolved. Each reference on
 * the way round is shown at its own place.
 */
export function describeParameterCycle(
  open: readonly (readonly [DocumentNode, ParameterReference | undefined])[],
  node: DocumentNode,
  via: ParameterReference | undefined,
): Diagnostic {
  const start = open.findIndex(([each]) => each === node);
  const way = [...open.slice(start + 1).map(([, reference]) => reference), via];
  // Maps and lists on the way were entered without a reference.
  const references = way.filter((reference) => reference !== undefined);
  const names = references.map((reference) => `params.${reference.path.join(".")}`);
  const related = references.slice(1).map((reference, index) => ({
    message: `${names[index]} needs ${names[index + 1]}`,
    location: reference.range,
  }));
  const circle = [names.at(-1) ?? "params", ...names].join(" → ");
  return problem(
    "PIPE115",
    references[0]?.range ?? node.range,
    `parameters refer to each other in a cycle: ${circle}`,
    {
      hint: "Give one of them a value of its own.",
      related,
    },
  );
}
