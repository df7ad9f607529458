import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ok } from "../src/base/result.ts";
import { findCommand } from "../src/cli/commands.ts";
import { parseArguments } from "../src/cli/parse-arguments.ts";
import { checkPipeline } from "../src/pipeline/check.ts";
import { loadStageSchemas } from "../src/pipeline/stage-schemas.ts";

const root = dirname(import.meta.dirname);
const schemas = loadStageSchemas(join(root, "schemas"));
const pages = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", ...listPages("docs")].map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));

function listPages(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}

/** What a document extends is read from beside the page or pipeline that it stands in. */
const readSource = (file: string) => ok(readFileSync(join(root, file), "utf8"));
const check = (file: string, text: string) => checkPipeline({ file, text }, { overrides: [], schemas, readSource });

describe.each(pages)("$path", ({ path, text }) => {
  it("links to what is there", () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1] as string);
    const missing = targets.filter((target) => !existsSync(join(root, dirname(path), target)));
    expect(missing).toEqual([]);
  });

  it("shows pipelines that are valid", () => {
    // The page of messages shows what goes wrong.
    if (path.endsWith("errors.md")) return;
    const blocks = [...text.matchAll(/```yaml\n(version: [\s\S]*?)```/g)].map((match) => match[1] as string);
    for (const block of blocks) expect(check(path, block)).toMatchObject({ ok: true });
  });

  it("shows commands that exist, on files that exist", () => {
    const lines = text.split("\n").filter((line) => /^\s+\.\/pipe /.test(line));
    for (const line of lines) {
      const [name = "", ...args] = line
        .trim()
        .replace(/\s+#.*/, "")
        .split(/\s+/)
        .slice(1);
      const command = findCommand(name);
      expect(command, line).toBeDefined();
      if (command) expect(parseArguments(command, args), line).toMatchObject({ ok: true });
      for (const file of args.filter((arg) => arg.endsWith(".yaml")))
        expect(existsSync(join(root, file)), line).toBe(true);
    }
  });
});

describe("the pipelines that come with pipe", () => {
  const names = readdirSync(join(root, "pipelines")).filter((name) => name.endsWith(".yaml"));
  it.each(names)("%s is valid, without a warning", (name) => {
    const file = join("pipelines", name);
    expect(check(file, readFileSync(join(root, file), "utf8"))).toMatchObject({ ok: true, value: { warnings: [] } });
  });
});
