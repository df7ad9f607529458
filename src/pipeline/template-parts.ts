import type { DocumentNode, TemplateNode } from "./document-node.ts";
import type { Reference } from "./reference.ts";

/**
 * The template with another reference, or text, in the place of each of its references; a scalar where none is left.
 * `undefined` if one of them cannot be replaced, for a reason that was reported.
 */
export function replaceReferences(
  template: TemplateNode,
  replace: (reference: Reference) => string | Reference | undefined,
): DocumentNode | undefined {
  const parts: (string | Reference)[] = [];
  for (const part of template.parts) {
    const replaced = typeof part === "string" ? part : replace(part);
    if (replaced === undefined) return undefined;
    parts.push(replaced);
  }
  if (!parts.every((part) => typeof part === "string")) return { ...template, parts: joinTexts(parts) };
  return { ...template, type: "scalar", value: parts.join(""), isQuoted: true };
}

/** Neighbouring texts as one, as if they had been written so. */
function joinTexts(parts: readonly (string | Reference)[]): (string | Reference)[] {
  const joined: (string | Reference)[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === "string" && typeof last === "string") joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}
