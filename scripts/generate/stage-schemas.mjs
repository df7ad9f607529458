import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readStageSchema } from "../../dist/pipeline/stage-schemas.js";

/** All schemas of stage kinds, by path of their file (relative to the root), in the order of their names. */
export function readStageSchemas(root) {
  const folder = "schemas/stages";
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".schema.json"));
  const schemas = names.map((name) => {
    const path = `${folder}/${name}`;
    return { path, stem: name.replace(".schema.json", ""), schema: readStageSchema(join(root, "schemas"), name) };
  });
  return schemas.sort((a, b) => (a.schema["x-uses"] < b.schema["x-uses"] ? -1 : 1));
}

/** The schema of documents, stages aside. */
export function readBaseSchema(root) {
  return JSON.parse(readFileSync(join(root, "schemas/pipeline.base.schema.json"), "utf8"));
}
