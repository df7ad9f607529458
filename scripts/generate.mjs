// Writes everything that is derived from schemas/ and from tables in src/. `--check` writes nothing and fails when a
// file is not what its sources give.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { generateCliDocs } from "./generate/cli-docs.mjs";
import { generateErrorDocs } from "./generate/error-docs.mjs";
import { generatePipelineDocs } from "./generate/pipeline-docs.mjs";
import { generatePipelineSchema } from "./generate/pipeline-schema.mjs";
import { generateStageDocs } from "./generate/stage-docs.mjs";
import { generateStageTypes } from "./generate/stage-types.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isCheck = process.argv.includes("--check");

/** Each gives a map from path (relative to the root) to content. */
const generators = [
  generateStageTypes,
  generatePipelineSchema,
  generateStageDocs,
  generatePipelineDocs,
  generateErrorDocs,
  generateCliDocs,
];
/** Folders that hold nothing but generated files, so that one without a source any more is known. */
const generatedFolders = ["src/stages/generated"];

const wanted = new Map();
const outdated = [];
for (const generate of generators) {
  for (const [path, content] of await generate(root)) {
    wanted.set(path, content);
    if (read(path) === content) continue;
    outdated.push(path);
    // At once: later generators compile sources that import the types of the stages.
    if (!isCheck) write(path, content);
  }
}
const orphans = generatedFolders.flatMap(listFiles).filter((path) => !wanted.has(path));

if (isCheck) {
  for (const path of outdated) console.error(`out of date: ${path}`);
  for (const path of orphans) console.error(`has no source any more: ${path}`);
  if (outdated.length + orphans.length > 0) {
    console.error("Run: npm run generate");
    process.exitCode = 1;
  }
} else {
  for (const path of orphans) rmSync(join(root, path));
}

function write(path, content) {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), content);
  console.log(`wrote ${path}`);
}

function read(path) {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined;
}

function listFiles(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder)).map((name) => relative(root, join(root, folder, name)));
}
