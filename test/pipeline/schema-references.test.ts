import { expect, it } from "vitest";
import type { JsonSchema } from "../../src/pipeline/json-schema.ts";
import { inlineReferences } from "../../src/pipeline/schema-references.ts";

const files: Readonly<Record<string, object>> = {
  "a.json": {
    properties: {
      size: { type: "integer" },
      sizes: { items: { $ref: "#/properties/size" } },
      other: { $ref: "b.json#/properties/list" },
    },
  },
  "b.json": { properties: { list: { oneOf: [{ $ref: "#/properties/text" }] }, text: { type: "string" } } },
  "wrong.json": { properties: { size: { $ref: "#/properties/siez" } } },
};
const read = (name: string) => files[name] as JsonSchema;

it("puts what a reference names in its place, in the same file and in another, through several", () => {
  expect(inlineReferences("a.json", read)).toEqual({
    properties: {
      size: { type: "integer" },
      sizes: { items: { type: "integer" } },
      other: { oneOf: [{ type: "string" }] },
    },
  });
});

it("refuses a reference that leads nowhere", () => {
  expect(() => inlineReferences("wrong.json", read)).toThrow("refers to /properties/siez, which does not exist");
});
