import { sha256 } from "../util/sha256.ts";
import type { ScalarNode } from "./document-node.ts";

/** One choice of values from the lists of a matrix. */
export interface Combination {
  /** By key, in the order of the matrix. */
  readonly values: ReadonlyMap<string, ScalarNode>;
  /** What tells it from the others, as part of a stage's name and of a file's: `fold=0,lr=0.001`. */
  readonly label: string;
}

const maxValueLength = 40;
const maxLabelLength = 120;

/** Names a combination by the values of `keys`. Equal values give equal labels, on every machine; other values other labels. */
export function labelCombination(values: ReadonlyMap<string, ScalarNode>, keys: readonly string[]): string {
  const label = keys.map((key) => `${key}=${writeValue(textOfValue(values.get(key)))}`).join(",");
  return label.length <= maxLabelLength ? label : `${label.slice(0, maxLabelLength - 9)}~${sha256(label).slice(0, 8)}`;
}

/** A value of a matrix as text: `0.001`, `true`, `resnet34`. */
export function textOfValue(node: ScalarNode | undefined): string {
  return String(node?.value ?? "");
}

/** Text that a file's name cannot hold, or that would end the value, is replaced, and told from its like by a digest. */
function writeValue(text: string): string {
  if (/^[\w.+-]+$/.test(text) && text.length <= maxValueLength) return text;
  const readable = text.replace(/[^\w.+-]+/g, "-").slice(0, maxValueLength - 9);
  return `${readable}~${sha256(text).slice(0, 8)}`;
}
