import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diagnoseAsText, root } from "./pipeline/check-text.ts";

/** Every page but the one that shows mistakes, of which each has its own test. */
const pages = ["README.md", ...listPages("docs")].filter((path) => path !== "docs/reference/errors.md");

/** Whole documents; parts of some have no `version`. */
const documents = pages.flatMap((path) => {
  const text = readFileSync(join(root, path), "utf8");
  const blocks = [...text.matchAll(/^```ya?ml\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
  return blocks.filter((block) => /^version:/m.test(block)).map((block) => [path, block] as const);
});

describe("the pipelines that the documentation shows are valid", () => {
  test("there are some", () => expect(documents.length).toBeGreaterThan(1));

  test.each(documents)("%s", (_, block) => {
    expect(diagnoseAsText(block)).toBe("");
  });
});

function listPages(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);
}
