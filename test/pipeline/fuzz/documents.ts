import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { err, ok, type Result } from "../../../src/base/result.ts";
import { root } from "../check-text.ts";

/** Texts of valid pipelines: those that come with `pipe`, those that the pages of docs/ show, and those of the tests. */
export function listValidDocuments(): string[] {
  const files = ["pipelines", "test/cases/valid", "test/fashion"].flatMap((folder) => listFiles(folder, ".yaml"));
  const pages = ["README.md", ...listFiles("docs", ".md")].filter((path) => !path.endsWith("errors.md"));
  const shown = pages.flatMap((path) =>
    [...read(path).matchAll(/```yaml\n(version: [\s\S]*?)```/g)].map(([, text]) => text!),
  );
  return [...files.map(read), ...shown];
}

/** Reads what a document extends, wherever it looks for it, from the pipelines that come with `pipe`. */
export function readBase(file: string): Result<string, string> {
  const path = join("pipelines", basename(file));
  return existsSync(join(root, path)) ? ok(read(path)) : err("does not exist");
}

function listFiles(folder: string, extension: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => join(folder, name));
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}
