import { readFileSync } from "node:fs";
import { join } from "node:path";
import { banner, table } from "./markdown.mjs";
import { describeProperties } from "./schema-rows.mjs";
import { readBaseSchema } from "./stage-schemas.mjs";

/** docs/reference/pipeline.md: the keys of a document, from its schema, put into the prose of pipeline.template.md. */
export function generatePipelineDocs(root) {
  const base = inline(readBaseSchema(root));
  const tables = {
    document: keyTable(base),
    kindStage: keyTable(base.definitions.kindStage),
    commandStage: keyTable(base.definitions.commandStage),
    output: keyTable(base.definitions.output),
  };
  const template = readFileSync(join(root, "scripts/generate/pipeline.template.md"), "utf8");
  const text = template.replace(/^<!-- table: (\w+) -->$/gm, (_, name) => tables[name]);
  const sources = "schemas/pipeline.base.schema.json and scripts/generate/pipeline.template.md";
  return new Map([["docs/reference/pipeline.md", `${banner(sources)}\n${text}`]]);
}

function keyTable(schema) {
  const rows = describeProperties({ ...schema, properties: mapValues(schema.properties, withoutInside) });
  return table(["key", "takes", "default", "meaning"], rows);
}

/** What is inside has a table of its own. */
function withoutInside({ properties, ...schema }) {
  return schema;
}

function inline(base) {
  const replace = (value) => {
    if (Array.isArray(value)) return value.map(replace);
    if (value === null || typeof value !== "object") return value;
    if (typeof value.$ref === "string") return replace(base.definitions[value.$ref.replace("#/definitions/", "")]);
    return mapValues(value, replace);
  };
  return replace(base);
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
