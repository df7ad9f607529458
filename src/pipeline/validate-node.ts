import type { Diagnostic } from "../base/diagnostic.ts";
import { findNearestName } from "../util/nearest-name.ts";
import { type DocumentNode, toJson, visitNodes } from "./document-node.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { NodeContext } from "./node-context.ts";
import { type SchemaError, selectErrors } from "./schema-errors.ts";
import { describeSchemaError } from "./schema-problems.ts";

/** All mistakes of a node against a schema, but for those that follow from another. */
export function validateNode(node: DocumentNode, schema: JsonSchema, context: NodeContext): Diagnostic[] {
  const errors = context.schemas.validate(schema, toJson(node));
  if (errors.length === 0) return [];
  const unknown: (readonly string[])[] = [];
  const incomplete = new Set<string>();
  visitNodes(node, (inner, path) => {
    // A reference that is still there is judged where it is resolved, by what it stands for.
    if (inner.type === "unknown" || inner.type === "template") unknown.push(path);
    if (inner.type === "map" && inner.isIncomplete) incomplete.add(path.join("/"));
  });
  const selected = selectErrors(errors, unknown);
  const misspelled = new Set(selected.map(findMeantKey).filter((place) => place !== undefined));
  return selected
    .filter((error) => !(aboutAbsence.has(error.keyword) && incomplete.has(error.path.join("/"))))
    .filter((error) => !misspelled.has(findMissingKey(error) ?? ""))
    .map((error) => describeSchemaError(error, node, context))
    .filter((diagnostic) => diagnostic !== undefined);
}

/** What these complain of may be there, under a key that could not be read. */
const aboutAbsence = new Set(["required", "minProperties", "oneOf", "anyOf"]);

/** The place of the key that an unknown key was probably meant to be; that it is missing goes without saying. */
function findMeantKey(error: SchemaError): string | undefined {
  if (error.keyword !== "additionalProperties") return undefined;
  const known = Object.keys(error.schema.properties ?? {});
  const meant = findNearestName(String(error.params["additionalProperty"]), known);
  return meant === undefined ? undefined : [...error.path, meant].join("/");
}

function findMissingKey(error: SchemaError): string | undefined {
  return error.keyword === "required" ? [...error.path, String(error.params["missingProperty"])].join("/") : undefined;
}
