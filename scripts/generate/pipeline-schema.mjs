import { readBaseSchema, readStageSchemas } from "./stage-schemas.mjs";

const banner =
  "Generated from schemas/pipeline.base.schema.json and schemas/stages/ by `npm run generate`; do not edit.";

/** The path of a stage kind of the user's. */
const ownKind = "^\\.{1,2}/.+\\.(ts|mts|js|mjs)$";

/** One self-contained schema of whole documents, for editors: completes and explains every key of every stage kind. */
export async function generatePipelineSchema(root) {
  const base = readBaseSchema(root);
  const kinds = await readStageSchemas(root);
  const { kindStage, commandStage, stage, ...definitions } = base.definitions;
  const { stages, ...properties } = base.properties;
  const schema = {
    $schema: base.$schema,
    $comment: banner,
    ...withoutOwnKeywords({ ...base, definitions: undefined, required: undefined }),
    properties: { ...properties, stages: { ...stages, additionalProperties: {} } },
    // What a document that extends another leaves out stands there, and null removes what stands there.
    if: { required: ["extends"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { stages: { additionalProperties: { $ref: "#/definitions/partialStage" } } } },
    else: {
      required: base.required,
      properties: { stages: { additionalProperties: { $ref: "#/definitions/stage" } } },
    },
    definitions: {
      ...withoutOwnKeywords(mapValues(definitions, acceptReferences)),
      // Without a description, which editors would show beside the one of every place that takes a reference.
      reference: { type: "string", pattern: "\\$\\{\\{.+\\}\\}" },
      stage: describeStage(stage, kindStage, commandStage, kinds),
      partialStage: describePartialStage(stage, kindStage, commandStage, kinds),
      ...Object.fromEntries(kinds.map(({ stem, schema: kind }) => [stem, describeWith(kind)])),
    },
  };
  return new Map([["schemas/pipeline.schema.json", `${JSON.stringify(schema, undefined, 2)}\n`]]);
}

/**
 * Stages as one flat object: editors complete all of its keys, and the conditions narrow them to those of a kind or of
 * a command. (Of two variants in a `oneOf`, editors guess which one is meant.)
 */
function describeStage(stage, kindStage, commandStage, kinds) {
  const own = (keys) =>
    Object.keys(keys).filter((key) => !(key in kindStage.properties && key in commandStage.properties));
  const forbid = (keys) => Object.fromEntries(own(keys).map((key) => [key, false]));
  const uses = {
    ...kindStage.properties.uses,
    anyOf: [
      {
        enum: kinds.map(({ schema }) => schema["x-uses"]),
        enumDescriptions: kinds.map(({ schema }) => schema.description),
      },
      { pattern: ownKind },
    ],
  };
  return {
    type: "object",
    description: stage.description,
    additionalProperties: false,
    properties: {
      ...mapValues(kindStage.properties, acceptReferences),
      uses,
      ...mapValues(commandStage.properties, acceptReferences),
    },
    if: { required: ["run"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: forbid(kindStage.properties) },
    else: { required: ["uses"], properties: forbid(commandStage.properties) },
    allOf: kinds.map(({ stem, schema }) => ({
      if: { required: ["uses"], properties: { uses: { const: schema["x-uses"] } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: {
        ...(schema.required?.length > 0 ? { required: ["with"] } : {}),
        properties: { with: { $ref: `#/definitions/${stem}` } },
      },
    })),
  };
}

/** A stage of which another document has the rest: any of its keys, or null. */
function describePartialStage(stage, kindStage, commandStage, kinds) {
  const keys = { ...kindStage.properties, ...commandStage.properties };
  const names = kinds.map(({ schema }) => schema["x-uses"]);
  const uses = { ...kindStage.properties.uses, anyOf: [{ enum: names }, { pattern: ownKind }] };
  const properties = mapValues({ ...keys, uses }, ({ description, examples, ...rules }) => ({
    description,
    examples,
    // What is inside may be in part, too.
    ...(rules.$ref || rules.anyOf ? { anyOf: [rules, { type: "null" }] } : {}),
  }));
  return { type: ["object", "null"], description: stage.description, additionalProperties: false, properties };
}

function describeWith(schema) {
  const { $schema, ...rest } = schema;
  const inner = acceptReferences(rest);
  return withoutOwnKeywords({ ...rest, ...("properties" in inner ? { properties: inner.properties } : {}) });
}

/**
 * A schema that also takes a reference, at every depth. Only inside: what `params.NAME` stands for is known to
 * `pipe validate`, not to an editor.
 */
function acceptReferences(schema) {
  const inner = { ...schema };
  if (schema.properties !== undefined) inner.properties = mapValues(schema.properties, takeReference);
  if (typeof schema.items === "object") inner.items = takeReference(schema.items);
  if (typeof schema.additionalProperties === "object")
    inner.additionalProperties = takeReference(schema.additionalProperties);
  for (const keyword of ["oneOf", "anyOf"]) {
    if (schema[keyword] !== undefined) inner[keyword] = schema[keyword].map(acceptReferences);
  }
  return inner;
}

function takeReference(schema) {
  const inner = acceptReferences(schema);
  // Any string is taken already; a discriminator has to stay a constant, by which editors choose the variant.
  const isFreeText = schema.type === "string" && schema.enum === undefined && schema.pattern === undefined;
  if (isFreeText || schema.const !== undefined || schema.$ref !== undefined) return describeArtifact(inner);
  const { description, default: byDefault, examples, ...rules } = inner;
  const told = {
    description,
    ...(byDefault === undefined ? {} : { default: byDefault }),
    ...(examples ? { examples } : {}),
  };
  return { ...told, anyOf: [rules, { $ref: "#/definitions/reference" }] };
}

function describeArtifact(schema) {
  const kinds = schema["x-artifact"];
  if (kinds === undefined) return schema;
  const description = `${schema.description} An artifact of kind ${kinds.join(" or ")}: a reference or a path.`;
  return { ...schema, description };
}

function withoutOwnKeywords(value) {
  if (Array.isArray(value)) return value.map(withoutOwnKeywords);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([key]) => !key.startsWith("x-"));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutOwnKeywords(inner)]));
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
