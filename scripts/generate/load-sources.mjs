import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Compiles modules of src/ aside and gives `use` a function that imports them by their path in src/. Not from dist/,
 * which may be older than the sources or be replaced meanwhile.
 */
export async function loadSources(root, entries, use) {
  // Inside node_modules, so that the modules find their packages and nothing takes the folder for sources.
  const folder = join(root, "node_modules", ".cache", `pipe-generate-${process.pid}`);
  try {
    compile(root, entries, folder);
    return await use((path) => import(pathToFileURL(join(folder, path)).href));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compile(root, entries, folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { noEmit: false, rootDir: join(root, "src"), outDir: folder },
    include: [],
    files: entries.map((entry) => join(root, "src", entry)),
  };
  const configFile = join(folder, "tsconfig.json");
  writeFileSync(configFile, JSON.stringify(config));
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  const { status } = spawnSync(process.execPath, [compiler, "-p", configFile], { stdio: "inherit" });
  if (status !== 0) throw new Error("the sources that generated pages are made from do not compile");
}
