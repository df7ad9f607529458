import type { DocumentNode } from "../document-node.ts";
import type { Report } from "../problem.ts";
import { parseCondition } from "./parse-condition.ts";

/** The value of `if:`, whose text without braces is a condition too. */
export function readCondition(node: DocumentNode, report: Report): DocumentNode {
  if (node.type !== "scalar" || typeof node.value !== "string") return node;
  const { value: text, range } = node;
  const condition = parseCondition(text, { text, range });
  if (!("severity" in condition)) return { type: "template", parts: [condition], range };
  report(condition);
  return { type: "unknown", range };
}
