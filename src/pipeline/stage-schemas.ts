import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import type { Json } from "../base/json.ts";
import type { Result } from "../base/result.ts";
import { type JsonSchema, ownKeywords, type StageSchema } from "./json-schema.ts";
import type { OwnKind, OwnKindProblem } from "./own-kind.ts";
import { inlineReferences } from "./schema-references.ts";

/** The shape of documents, and the stage kinds that they can use. */
export interface StageSchemas {
  /** What `uses` may name, e.g. `model/train`, in code-unit order. */
  readonly kindNames: readonly string[];
  /** The kind of this name, which is read when it is first asked for: a document uses few of them. */
  readonly findKind: (name: string) => StageSchema | undefined;
  /** A kind of the user's own, whose path counts from the folder of the document `from`. Absent where no files are read. */
  readonly findOwn?: (uses: string, from: string) => Result<OwnKind, OwnKindProblem>;
  /** The document as a whole, without what is inside its stages. */
  readonly document: JsonSchema;
  readonly kindStage: JsonSchema;
  readonly commandStage: JsonSchema;
  readonly matrix: JsonSchema;
  /** The errors of a value, all of them. A schema is compiled when it is first used. */
  validate(schema: JsonSchema, value: Json): readonly ErrorObject[];
}

/** Reads `pipeline.base.schema.json` and `stages/*.schema.json` in the folder `schemas/` of this package. */
export function loadStageSchemas(folder: string): StageSchemas {
  const base: JsonSchema = readJson(join(folder, "pipeline.base.schema.json"));
  const kindNames = listKindNames(folder);
  const found = new Map<string, StageSchema>();
  const part = (name: string): JsonSchema => withDefinitions(base.definitions?.[name], base);
  const stages = { ...base.properties?.["stages"], additionalProperties: true };
  return {
    kindNames,
    findKind(name) {
      if (!kindNames.includes(name)) return undefined;
      const schema = found.get(name) ?? readStageSchema(folder, fileOf(name));
      found.set(name, schema);
      return schema;
    },
    document: withDefinitions({ ...base, properties: { ...base.properties, stages } }, base),
    kindStage: part("kindStage"),
    commandStage: part("commandStage"),
    matrix: part("matrix"),
    validate: createValidator(),
  };
}

/** The schema of one stage kind, complete: nothing in it refers elsewhere any more. */
export function readStageSchema(folder: string, name: string): StageSchema {
  const files = new Map<string, StageSchema>();
  return inlineReferences<StageSchema>(name, (file) => {
    const schema = files.get(file) ?? readJson(join(folder, "stages", file));
    files.set(file, schema);
    return schema;
  });
}

const extension = ".schema.json";

/** Each kind's schema has its name, with a dash for the stroke; `npm test` checks it. */
function listKindNames(folder: string): string[] {
  const files = readdirSync(join(folder, "stages")).filter((file) => file.endsWith(extension));
  return files.map((file) => file.slice(0, -extension.length).replace("-", "/")).sort();
}

function fileOf(kindName: string): string {
  return `${kindName.replace("/", "-")}${extension}`;
}

function createValidator(): StageSchemas["validate"] {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strictTypes: false,
    strictRequired: false,
    // Our schemas are checked against the one of schemas by `npm test`; here that takes longer than all else.
    validateSchema: false,
    meta: false,
    // What runs once or twice is compiled in less time than it saves.
    code: { optimize: false },
  });
  ajv.addVocabulary([...ownKeywords]);
  return (schema, value) => {
    // Ajv keeps what it compiled by the identity of the schema.
    const validate = ajv.compile(schema);
    return validate(value) ? [] : (validate.errors ?? []);
  };
}

/** A definition of the base schema as a schema of its own, its references to other definitions put in place. */
function withDefinitions(schema: JsonSchema | undefined, base: JsonSchema): JsonSchema {
  const inline = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inline);
    if (typeof value !== "object" || value === null) return value;
    if ("$ref" in value && typeof value.$ref === "string") {
      return inline(base.definitions?.[value.$ref.replace("#/definitions/", "")]);
    }
    const entries = Object.entries(value).filter(([key]) => key !== "definitions");
    return Object.fromEntries(entries.map(([key, inner]) => [key, inline(inner)]));
  };
  // Only references are replaced, so that it is a schema still.
  return inline(schema ?? {}) as JsonSchema;
}

function readJson<Schema extends JsonSchema>(path: string): Schema {
  // The schemas come with this package; `npm test` checks their form.
  return JSON.parse(readFileSync(path, "utf8")) as Schema;
}
