import type { Json } from "../base/json.ts";
import { shorten } from "../util/shorten.ts";
import type { DocumentNode } from "./document-node.ts";
import type { JsonSchema } from "./json-schema.ts";

/** `"with.size" of stage "train"`, `stage "train"`, `"params.seed"`, `the document`. */
export function describePlace(stage: string | undefined, path: readonly string[]): string {
  if (stage === undefined) return path.length === 0 ? "the document" : `"${path.join(".")}"`;
  return path.length === 0 ? `stage "${stage}"` : `"${path.join(".")}" of stage "${stage}"`;
}

/** `an integer`, `a list of 3 numbers`, `"a" or "b"`. */
export function describeExpected(schema: JsonSchema): string {
  if (schema["x-artifact"] !== undefined) return `an artifact of kind ${orList(schema["x-artifact"])}`;
  const variants = schema.anyOf ?? schema.oneOf;
  if (schema.type === undefined && variants !== undefined) return orList([...new Set(variants.map(describeExpected))]);
  if (schema.type === undefined) return schema.const === undefined ? "another value" : JSON.stringify(schema.const);
  const types = typeof schema.type === "string" ? [schema.type] : schema.type;
  return orList(types.map((type) => (type === "array" ? describeList(schema) : (typeWords[type] ?? type))));
}

const typeWords: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "an integer",
  boolean: "true or false",
  object: "a map",
  null: "empty",
};

function describeList(schema: JsonSchema): string {
  const itemType = typeof schema.items?.type === "string" ? schema.items.type : undefined;
  const items = { string: "strings", number: "numbers", integer: "integers", object: "maps" }[itemType ?? ""];
  const count = schema.minItems !== undefined && schema.minItems === schema.maxItems ? `${schema.minItems} ` : "";
  return items === undefined ? "a list" : `a list of ${count}${items}`;
}

/** `is the string "256"`, `is empty`. */
export function describeReceived(node: DocumentNode): string {
  switch (node.type) {
    case "list":
      return "is a list";
    case "map":
      return "is a map";
    case "template":
      return "is a reference";
    case "unknown":
      return "is unknown";
    case "scalar":
      if (node.value === null) return "is empty";
      return typeof node.value === "string" ? `is the string ${quote(node.value)}` : `is ${node.value}`;
  }
}

/** `a, b or c` */
export function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The value as one would write it on one line of YAML, inside braces or not. */
export function formatValue(value: Json): string {
  if (typeof value === "string") return /^[A-Za-z./][\w./:-]*$/.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(formatValue).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${formatValue(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** The text in quotes, cut where it would fill the screen. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text, 60));
}

/** How a value that has the wrong type can be put right, where that is plain. */
export function hintForType(node: DocumentNode, schema: JsonSchema): string | undefined {
  if (node.type !== "scalar") return undefined;
  const { value } = node;
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  if (typeof value === "string") {
    if (types.includes("number") || types.includes("integer")) return hintForNumber(value, node.isQuoted);
    if (types.includes("boolean")) return hintForBoolean(value);
  }
  if (types.length === 1 && types[0] === "string" && value !== null) return `Put it in quotes: "${value}".`;
  if (types[0] === "array" && schema.items?.type === typeof value)
    return `Put it in brackets: [${formatValue(value)}].`;
  return undefined;
}

function hintForNumber(text: string, isQuoted: boolean): string | undefined {
  const isNumber = text.trim() !== "" && Number.isFinite(Number(text));
  if (isNumber) return isQuoted ? `Remove the quotes: ${text.trim()}.` : `Write it as ${Number(text)}.`;
  const withoutGroups = text.replace(/[_,' ]/g, "");
  const isGrouped = /^[+-]?\d{1,3}([_,' ]\d{3})+(\.\d+)?$/.test(text);
  return isGrouped ? `Numbers have no separators: ${withoutGroups}.` : undefined;
}

function hintForBoolean(text: string): string | undefined {
  const word = text.toLowerCase();
  if (["yes", "y", "on", "true"].includes(word)) return "Write true.";
  return ["no", "n", "off", "false"].includes(word) ? "Write false." : undefined;
}
