import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { artifactKinds } from "../src/base/artifact.ts";
import { type JsonSchema, ownKeywords, type StageSchema } from "../src/pipeline/json-schema.ts";
import { loadStageSchemas, readStageSchema } from "../src/pipeline/stage-schemas.ts";
import { root } from "./pipeline/check-text.ts";

const read = (path: string) => JSON.parse(readFileSync(`${root}schemas/${path}`, "utf8"));
const base: JsonSchema = read("pipeline.base.schema.json");
const stageFiles = readdirSync(`${root}schemas/stages`);
const stages = stageFiles.map((name): [string, StageSchema] => [name, readStageSchema(`${root}schemas`, name)]);

// All strictness that draft-07 allows, so that a misspelled keyword is an error and not ignored.
const ajv = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false });
ajv.addVocabulary([...ownKeywords]);

describe.each([["pipeline.base.schema.json", base], ...stages] as [string, JsonSchema][])("%s", (_, schema) => {
  test("is a valid schema", () => {
    expect(() => ajv.compile(schema)).not.toThrow();
  });

  for (const [path, property] of listProperties(schema)) {
    test(`${path} has a description and examples, and they and its default are valid`, () => {
      expect(property.description).toMatch(/^\S.*\.$/);
      const validate = ajv.compile({ ...property, definitions: schema.definitions });
      const values = [...(property.examples ?? []), ...(property.default === undefined ? [] : [property.default])];
      expect(property.examples ?? []).not.toEqual([]);
      for (const value of values) expect({ value, isValid: validate(value) }).toEqual({ value, isValid: true });
    });
  }
});

test("every stage kind is found by the name that it has in documents, and nothing else is", () => {
  const { kindNames, findKind } = loadStageSchemas(`${root}schemas`);
  expect(kindNames).toEqual(stages.map(([, schema]) => schema["x-uses"]).sort());
  for (const [, schema] of stages) expect(findKind(schema["x-uses"])).toEqual(schema);
  for (const name of ["model-train", "model/none", ""]) expect(findKind(name)).toBeUndefined();
});

describe.each(stages)("%s", (name, schema) => {
  test("is named after the kind that it describes", () => {
    expect(name).toBe(`${schema["x-uses"].replace("/", "-")}.schema.json`);
    expect(schema.title).toBe(schema["x-uses"]);
    expect(Number.isInteger(schema["x-revision"])).toBe(true);
    expect(schema.description).toMatch(/^\S.*\.$/);
  });

  test("takes and gives artifacts of kinds that exist", () => {
    const outputs = Object.values(schema["x-outputs"]);
    expect(outputs).not.toEqual([]);
    const taken = listProperties(schema).flatMap(([, property]) => property["x-artifact"] ?? []);
    for (const kind of [...outputs.map((output) => output.kind), ...taken]) expect(artifactKinds).toContain(kind);
    for (const { "x-when": key } of outputs) {
      if (key !== undefined) expect(Object.keys(schema.properties ?? {})).toContain(key);
    }
  });
});

/** Every property at every depth; references to definitions are met where the definition stands. */
function listProperties(schema: JsonSchema & { $ref?: string }, path = ""): [string, JsonSchema][] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]): [string, JsonSchema][] => {
    const place = `${path}${name}`;
    const isReference = "$ref" in property;
    return [
      ...(isReference ? [] : [[place, property] as [string, JsonSchema]]),
      ...listProperties(property, `${place}.`),
    ];
  });
  const variants = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap((variant) =>
    listProperties(variant, path),
  );
  const items = schema.items === undefined ? [] : listProperties(schema.items, `${path}[].`);
  const definitions = Object.entries(schema.definitions ?? {}).flatMap(([name, definition]) =>
    listProperties(definition, `${name}: `),
  );
  return [...own, ...variants, ...items, ...definitions];
}
