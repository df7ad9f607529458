// Compiles src/ to dist/, and joins what a command loads to few files, with the schemas that belong to them. What was built before is
// replaced only when all of it succeeded, and processes that run from it go on (publish-build.mjs).
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";
import { publishBuild } from "./publish-build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
const fresh = join(root, `dist.${process.pid}`);
const result = spawnSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json"), "--outDir", fresh], {
  stdio: "inherit",
});
if (result.status !== 0) {
  rmSync(fresh, { recursive: true, force: true });
  process.exit(result.status ?? 1);
}
try {
  await bundle(fresh, join(fresh, "bundle"));
  cpSync(join(root, "schemas"), join(fresh, "bundle", "schemas"), { recursive: true });
} catch (error) {
  rmSync(fresh, { recursive: true, force: true });
  throw error;
}
publishBuild(fresh, join(root, "dist"));
