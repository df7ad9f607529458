import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findBrokenEntries } from "../crash/whole-entries.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

const pipeline = `version: 1
name: copying
stages:
  copy: { run: "cat $PIPE_INPUT_X > $PIPE_OUTPUT_X", inputs: { x: x.txt }, outputs: { x: { kind: file, path: x } } }
  sort: { run: "sort $PIPE_INPUT_X > $PIPE_OUTPUT_X", inputs: { x: "\${{ stages.copy.outputs.x }}" }, outputs: { x: { kind: file, path: x } } }
`;
const args = ["run", "copying.yaml", "--no-mlflow"];

/** What a file may hold after a crash of the machine, or after somebody was at it. */
const contents: Readonly<Record<string, (old: string) => string>> = {
  nothing: () => "",
  "half of it": (old) => old.slice(0, old.length / 2),
  "another text": () => "damaged\n",
  null: () => "null\n",
  "an empty object": () => "{}\n",
  "a version alone": () => '{"version":1,"metrics":{}}\n',
};

async function damage(
  project: ProjectRig,
  isMeant: (path: string) => boolean,
  change: (old: string) => string,
): Promise<number> {
  const entries = await readdir(join(project.folder, ".pipe"), { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath ?? one.path, one.name));
  const meant = paths.filter((path) => isMeant(path.slice(project.folder.length + 1)));
  for (const path of meant) {
    const old = await readFile(path, "utf8");
    await rm(path);
    await writeFile(path, change(old));
  }
  return meant.length;
}

describe.each(Object.entries(contents))("with %s in it", (_, change) => {
  it("a manifest is none: the stage runs again", async () => {
    await using project = await createProject({ "copying.yaml": pipeline, "x.txt": "b\na\n" });
    await project.pipe(args);
    expect(await damage(project, (path) => path.endsWith("/manifest.json"), change)).toBe(2);
    expect(outcomesOf(await project.events(args))).toEqual({ copy: "executed", sort: "executed" });
    expect(await project.read("runs/latest/stages/sort/outputs/x")).toBe("a\nb\n");
    expect(await findBrokenEntries(project.folder)).toEqual([]);
  });

  it("a file of the index, of the history or of the locks changes no result", async () => {
    await using project = await createProject({ "copying.yaml": pipeline, "x.txt": "b\na\n" });
    await project.pipe(args);
    expect(await damage(project, (path) => !path.startsWith(".pipe/cache/"), change)).toBeGreaterThan(2);
    expect(outcomesOf(await project.events(args))).toEqual({ copy: "cached", sort: "cached" });
    await project.write({ "x.txt": "d\nc\n" });
    expect(outcomesOf(await project.events(args))).toEqual({ copy: "executed", sort: "executed" });
    expect(await project.read("runs/latest/stages/sort/outputs/x")).toBe("c\nd\n");
  });
});
