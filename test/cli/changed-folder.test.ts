import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

const pipelineOf = (stage: string): string => `version: 1
name: folders
stages:
  ${stage}:
    run: find $PIPE_INPUT_DATA -type f -print0 | LC_ALL=C sort -z | xargs -0 cat > $PIPE_OUTPUT_ALL
    inputs: { data: data }
    outputs: { all: { kind: file, path: all } }
`;
const files = { "data/a/1": "1", "data/a/2": "2", "data/a.txt": "3", "data/ab/1": "4", "data/b": "5", "data/c": "6" };
const args = ["run", "p.yaml", "--no-mlflow"];

async function createDone(): Promise<ProjectRig> {
  const project = await createProject({ "p.yaml": pipelineOf("all"), ...files });
  expect((await project.pipe(args)).code).toBe(0);
  return project;
}

async function remove(project: ProjectRig, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(join(project.folder, path));
}

/** What `pipe plan` says of the one stage, without the time that it took. */
async function plan(project: ProjectRig): Promise<string> {
  const { stdout } = await project.pipe(["plan", "p.yaml"]);
  return /^ {2}\S+ +(.*?)(?:, took .*| {3}saves .*)?$/m.exec(stdout)?.[1]?.replace(/ +/, " ") ?? stdout;
}

async function listKept(project: ProjectRig): Promise<string[]> {
  const history = join(project.folder, ".pipe", "history");
  const entries = await readdir(history, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".ndjson"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const digestsOnly = /^runs inputs\.data changed folder [0-9a-f]{8} → folder [0-9a-f]{8} \(p\.yaml:6\)$/;

describe("a folder that changed since the last result", () => {
  it("names the files that were added, changed or removed: three of them, and how many more", async () => {
    await using project = await createDone();
    expect(await plan(project)).toBe("cached");
    await project.write({ "data/a/1": "one", "data/a!": "new" });
    await remove(project, "data/ab/1");
    const three = "inputs.data changed: a/1 changed, a! added, ab/1 removed";
    expect(await plan(project)).toBe(`runs ${three} (p.yaml:6)`);
    await project.write({ "data/b": "five", "data/d": "7" });
    await remove(project, "data/c");
    expect(await plan(project)).toBe(`runs ${three} and 3 more (p.yaml:6)`);
    const { stdout: why } = await project.pipe(["why", "all", "p.yaml"]);
    expect(why).toContain(`Since its last result:\n  ${three} and 3 more (p.yaml:6)\n`);
    const { stdout: plans } = await project.pipe(["plan", "p.yaml", "--json"]);
    expect(JSON.parse(plans)).toMatchObject({
      stages: [
        {
          cause: {
            changes: [
              { path: "inputs.data", files: { numMore: 3, named: [{ path: "a/1", change: "changed" }, {}, {}] } },
            ],
          },
        },
      ],
    });
    expect((await project.pipe(args)).stdout).toContain(`\nall runs: ${three} and 3 more (p.yaml:6)\n`);
    expect(await project.read("runs/latest/stages/all/outputs/all")).toBe("new3one2five7");
  });

  it("is compared with what the last result was made of, be that from the cache", async () => {
    await using project = await createDone();
    await project.write({ "data/b": "five" });
    await project.pipe(args);
    await project.write({ "data/b": "5" });
    expect(outcomesOf(await project.events(args))).toEqual({ all: "cached" });
    await project.write({ "data/b": "five", "data/c": "six" });
    expect(await plan(project)).toBe("runs inputs.data changed: b changed, c changed (p.yaml:6)");
  });

  it("may hold files with any names", async () => {
    await using project = await createDone();
    await project.write({ "data/line\nend": "x", "data/back\\nslash": "y" });
    expect(outcomesOf(await project.events(args))).toEqual({ all: "executed" });
    await remove(project, "data/line\nend", "data/back\\nslash");
    await project.write({ "data/ü": "z" });
    expect(await plan(project)).toBe(
      "runs inputs.data changed: back\\nslash removed, line end removed, ü added (p.yaml:6)",
    );
  });

  it.each([
    ["gone", async (path: string) => rm(path)],
    ["cut", async (path: string) => writeFile(path, (await readFile(path, "utf8")).slice(0, -20))],
    [
      "without a line",
      async (path: string) => writeFile(path, (await readFile(path, "utf8")).replace(/.* a\.txt\n/, "")),
    ],
    ["something else", async (path: string) => writeFile(path, "null\nnull\n")],
  ])("is told by its digests where the list of before is %s, and no result is another", async (_, damage) => {
    await using project = await createDone();
    const [kept = "", ...others] = await listKept(project);
    expect(others).toEqual([]);
    await damage(kept);
    expect(await plan(project)).toBe("cached");
    await project.write({ "data/b": "five" });
    expect(await plan(project)).toMatch(digestsOnly);
    expect(outcomesOf(await project.events(args))).toEqual({ all: "executed" });
    expect(await project.read("runs/latest/stages/all/outputs/all")).toBe("3124five6");
    await project.write({ "data/b": "5", "data/c": "six" });
    expect(await plan(project)).toBe("runs inputs.data changed: b changed, c changed (p.yaml:6)");
  });

  it("has no list any more once no stage reads it", async () => {
    await using project = await createDone();
    const kept = await listKept(project);
    await project.write({ "p.yaml": pipelineOf("other") });
    await project.pipe(args);
    const others = await listKept(project);
    expect([kept.length, others.length]).toEqual([1, 1]);
    expect(others).not.toEqual(kept);
  });
});
