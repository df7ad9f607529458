import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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
