import { isAbsolute, join } from "node:path";
import { build } from "rolldown";

/** What is started by its file's name: the command, threads, hooks of the loader, and what `pipe/stage` stands for. */
const entries = [
  "cli/entry.js",
  "cache/reading/reading-thread.js",
  "data/pack-thread.js",
  "data/archives/unpack-thread.js",
  "runner/child/own-kind-hooks.js",
  "stages/authoring.js",
];

/** Packages that every command loads, with what they load: many small files of plain JavaScript. All others stay what they are. */
const joined = /^(?:yaml|ajv|fast-uri|fast-deep-equal|json-schema-traverse)(?:\/|$)/;

/**
 * Joins compiled modules to few files: Node takes longer to find and read 350 files than to run what is in them (ADR 13). All
 * lie in one folder, so that an entry is beside whoever starts it by its name.
 */
export async function bundle(compiled, folder) {
  await build({
    // What the files say of where they come from counts from here, and is the same wherever they were compiled.
    cwd: compiled,
    input: entries.map((entry) => join(compiled, entry)),
    platform: "node",
    external: (id) => !id.startsWith(".") && !isAbsolute(id) && !joined.test(id),
    // Names without a hash of the content: their folder has one (publish-build.mjs).
    output: { dir: folder, format: "esm", minify: false, chunkFileNames: "[name].js" },
    logLevel: "warn",
  });
}
