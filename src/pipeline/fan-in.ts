import { type DocumentNode, type MapEntry, type MapNode, toJson } from "./document-node.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { StageReferences } from "./stage-references.ts";
import { isRestriction, selectVariant } from "./variants.ts";

/**
 * The parameters of a stage with a list of references in each place that takes a list of artifacts and holds one reference:
 * one for each combination of a matrix, or the one output of a stage without. Inside a written list, the references of a matrix
 * take the place of the one.
 */
export function fanIn(node: MapNode, schema: JsonSchema, references: StageReferences): MapNode {
  const entries = [...node.entries].map(([key, entry]): [string, MapEntry] => {
    const property = schema.properties?.[key];
    return [key, property === undefined ? entry : { ...entry, value: fanInValue(entry.value, property, references) }];
  });
  return { ...node, entries: new Map(entries) };
}

function fanInValue(node: DocumentNode, schema: JsonSchema, references: StageReferences): DocumentNode {
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined && !variants.every(isRestriction)) {
    const list = variants.find(takesArtifacts);
    if (list !== undefined && node.type === "template" && standsForSeveral(node, references)) {
      return fanInValue(node, list, references);
    }
    const chosen = selectVariant(variants, toJson(node));
    return chosen === undefined ? node : fanInValue(node, variants[chosen] ?? {}, references);
  }
  if (takesArtifacts(schema)) {
    if (node.type === "list") return { ...node, items: node.items.flatMap((item) => divide(item, references)) };
    const isReference = node.type === "template" && findOutput(node, references) !== undefined;
    return isReference ? { type: "list", items: divide(node, references), range: node.range } : node;
  }
  if (node.type === "list") {
    return { ...node, items: node.items.map((item) => fanInValue(item, schema.items ?? {}, references)) };
  }
  return node.type === "map" ? fanIn(node, schema, references) : node;
}

function takesArtifacts(schema: JsonSchema): boolean {
  return schema.type === "array" && schema.items?.["x-artifact"] !== undefined;
}

/** The node for each output that it stands for: itself, unless it refers to a matrix. */
function divide(node: DocumentNode, references: StageReferences): DocumentNode[] {
  return node.type === "template" && standsForSeveral(node, references)
    ? divideTemplate(node, references).map(({ node: one }) => one)
    : [node];
}

/** Whether a template is one reference, perhaps with a path behind it, that means a matrix as a whole. */
export function standsForSeveral(node: DocumentNode, references: StageReferences): boolean {
  return findOutput(node, references)?.isOne === false;
}

/** A template for each output of a matrix, with the label of its combination. */
export function divideTemplate(
  node: DocumentNode,
  references: StageReferences,
): readonly { readonly node: DocumentNode; readonly label: string }[] {
  if (node.type !== "template") return [];
  const [reference, ...rest] = node.parts;
  if (typeof reference !== "object" || reference.type !== "output") return [];
  return references.divide(reference).map((one) => ({
    node: { ...node, parts: [one, ...rest] },
    label: references.find(one)?.outputs[0]?.label ?? "",
  }));
}

function findOutput(node: DocumentNode, references: StageReferences) {
  const [reference] = node.type === "template" ? node.parts : [];
  return typeof reference === "object" && reference.type === "output" ? references.find(reference) : undefined;
}
