import { artifactKinds } from "../base/artifact.ts";
import type { Json } from "../base/json.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { StageSchemas } from "./stage-schemas.ts";

/** What the schema of a stage kind of the user's has to be, beside a schema: it describes a map, and says what the stage puts out. */
const kindSchema: JsonSchema = {
  type: "object",
  required: ["type", "properties", "x-outputs"],
  properties: {
    type: { const: "object" },
    properties: { type: "object" },
    "x-revision": { type: "integer", minimum: 1 },
    "x-network": { type: "boolean" },
    "x-tensorflow": { type: "boolean" },
    "x-outputs": {
      type: "object",
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        required: ["kind", "path"],
        properties: {
          kind: { enum: artifactKinds },
          // Inside the folder of the stage's outputs.
          path: { type: "string", pattern: "^(?!/)(?!.*(^|/)\\.{1,2}(/|$))[^\\\\]+$" },
          description: { type: "string" },
          "x-when": { type: "string" },
        },
      },
    },
  },
};

/** What is wrong with the schema of a stage kind of the user's. */
export function checkKindSchema(schema: Json, schemas: StageSchemas): readonly string[] {
  const mistakes = schemas.validate(kindSchema, schema).map(({ instancePath, message, params }) => {
    const allowed = "allowedValues" in params ? `: ${[params["allowedValues"]].flat().join(", ")}` : "";
    return `${instancePath === "" ? "it" : instancePath.slice(1).replaceAll("/", ".")} ${message ?? "is wrong"}${allowed}`;
  });
  if (mistakes.length > 0) return mistakes;
  try {
    // It is a map with the right keys now; the validator looks at the rest, misspelled keywords included.
    schemas.validate(schema as JsonSchema, {});
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
