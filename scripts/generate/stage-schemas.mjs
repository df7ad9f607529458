import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadSources } from "./load-sources.mjs";

const schemasFolder = "schemas/stages";
/** By root: every generator asks for them. */
const known = new Map();

/** All schemas of stage kinds, by path of their file (relative to the root), in the order of their names. */
export function readStageSchemas(root) {
  if (!known.has(root))
    known.set(
      root,
      loadSources(root, ["pipeline/stage-schemas.ts"], (load) => readAll(root, load)),
    );
  return known.get(root);
}

async function readAll(root, load) {
  const { readStageSchema } = await load("pipeline/stage-schemas.js");
  const names = readdirSync(join(root, schemasFolder)).filter((name) => name.endsWith(".schema.json"));
  const schemas = names.map((name) => {
    const path = `${schemasFolder}/${name}`;
    return { path, stem: name.replace(".schema.json", ""), schema: readStageSchema(join(root, "schemas"), name) };
  });
  return schemas.sort((a, b) => (a.schema["x-uses"] < b.schema["x-uses"] ? -1 : 1));
}

/** The schema of documents, stages aside. */
export function readBaseSchema(root) {
  return JSON.parse(readFileSync(join(root, "schemas/pipeline.base.schema.json"), "utf8"));
}
