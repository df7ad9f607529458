import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "../../src/cache/manifest.ts";

/**
 * Reads the cache of a project with nothing of the cache's own code and lists what is wrong: entries whose files are not
 * those that the manifest was written for.
 */
export async function findBrokenEntries(projectFolder: string): Promise<string[]> {
  const cache = join(projectFolder, ".pipe", "cache");
  const problems: string[] = [];
  for (const name of await readdir(cache).catch(() => [])) {
    const text = await readFile(join(cache, name, "manifest.json"), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const manifest = JSON.parse(text) as Manifest;
    for (const [output, { path, digest }] of Object.entries(manifest.outputs)) {
      const found = await digestOf(join(cache, name, manifest.outputsFolder, path)).catch((error) => String(error));
      if (found !== digest) problems.push(`${manifest.madeFor}.${output} is ${found}, and its manifest says ${digest}`);
    }
  }
  return problems;
}

/** Lists what a finished run has left behind that nothing names. */
export async function findLeftovers(projectFolder: string): Promise<string[]> {
  const state = join(projectFolder, ".pipe");
  const found: string[] = [];
  for (const name of await readdir(join(state, "work")).catch(() => [])) {
    const names = await readdir(join(state, "work", name));
    found.push(`.pipe/work/${name.slice(0, 8)}: ${names.join(", ")}`);
  }
  for (const entry of await readdir(join(state, "cache")).catch(() => [])) {
    const names = await readdir(join(state, "cache", entry));
    const text = await readFile(join(state, "cache", entry, "manifest.json"), "utf8").catch(() => undefined);
    const { outputsFolder, superseded } =
      text === undefined ? { outputsFolder: "", superseded: [] } : (JSON.parse(text) as Manifest);
    const outputs = [outputsFolder, ...superseded];
    const named = new Set(["manifest.json", ...outputs, ...outputs.map((folder) => `${folder}.stamp`)]);
    found.push(...names.filter((name) => !named.has(name)).map((name) => `.pipe/cache/${entry.slice(0, 8)}/${name}`));
  }
  return found;
}

/** Digest of a file, or of a folder's names and contents as `docs/reference/artifacts.md` has it. */
export async function digestOf(path: string): Promise<string> {
  if ((await stat(path)).isFile()) return sha256(await readFile(path));
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(path.length + 1))
    .filter((file) => !file.split("/").includes(".local"))
    .sort();
  const hash = createHash("sha256").update("pipe-tree 1\n");
  for (const file of files) hash.update(`${sha256(await readFile(join(path, file)))} ${file}\0`);
  return hash.digest("hex");
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
