import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withFolderLock } from "../../src/util/folder-lock.ts";

const run = promisify(execFile);

export type PythonPackages =
  | { readonly type: "ready"; readonly python: string }
  /** No Python here, or no way to get packages; a test is then skipped, and its name says so. */
  | { readonly type: "missing"; readonly reason: string };

/**
 * A Python with these packages from PyPI, in a virtual environment under the user's cache that is made once. Where `CI` is
 * set a lack of it is an error: what is skipped there is never seen.
 */
export async function providePython(name: string, packages: readonly string[]): Promise<PythonPackages> {
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "pipe-test");
  const folder = join(cache, `${name}-${createHash("sha256").update(packages.join()).digest("hex").slice(0, 8)}`);
  const python = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  if (existsSync(python)) return { type: "ready", python };
  try {
    await mkdir(cache, { recursive: true });
    await withFolderLock(`${folder}.lock`, {}, async () => {
      if (!existsSync(python)) await install(folder, packages);
    });
    return { type: "ready", python };
  } catch (error) {
    if (process.env["CI"]) throw error;
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { type: "missing", reason };
  }
}

/** Appears under its name only when it is complete: a virtual environment's Python works from wherever its folder lies. */
async function install(folder: string, packages: readonly string[]): Promise<void> {
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await run("python3", ["-m", "venv", draft]);
  const python = join(draft, "bin", "python");
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], {
    timeout: 240_000,
  });
  await rename(draft, folder);
}
