import type { DocumentNode } from "./document-node.ts";
import type { JsonSchema } from "./json-schema.ts";
import { describeReceived } from "./value-words.ts";

/** `must be at least 16`: what a keyword of JSON Schema that bounds a value asks for. */
export function describeBound(keyword: string, limit: number, schema: JsonSchema): string {
  const isExact = schema.minItems !== undefined && schema.minItems === schema.maxItems;
  switch (keyword) {
    case "minimum":
      return `must be at least ${limit}`;
    case "maximum":
      return `must be at most ${limit}`;
    case "exclusiveMinimum":
      return `must be greater than ${limit}`;
    case "exclusiveMaximum":
      return `must be less than ${limit}`;
    case "minLength":
    case "minProperties":
      return limit === 1 ? "must not be empty" : `must have at least ${limit} ${nounOf(keyword)}`;
    case "minItems":
      return isExact
        ? `must have ${limit} items`
        : limit === 1
          ? "must not be empty"
          : `must have at least ${limit} items`;
    case "maxItems":
      return isExact ? `must have ${limit} items` : `must have at most ${limit} items`;
    case "maxLength":
      return `must have at most ${limit} ${nounOf(keyword)}`;
    case "uniqueItems":
      return "must not hold a value twice";
    default:
      return "is not as the schema asks";
  }
}

function nounOf(keyword: string): string {
  return keyword.endsWith("Length") ? "characters" : "keys";
}

/** `, but is 8`, `, but has 2`: what the value is instead. */
export function describeAmount(keyword: string, node: DocumentNode): string {
  if (node.type === "list")
    return node.items.length === 0 || keyword === "uniqueItems" ? "" : `, but has ${node.items.length}`;
  if (node.type !== "scalar") return "";
  if (typeof node.value !== "string") return `, but ${describeReceived(node)}`;
  return node.value === "" ? "" : `, but has ${node.value.length}`;
}
