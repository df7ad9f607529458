import { chmod, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findBrokenEntries } from "../crash/whole-entries.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

const pipeline = `version: 1
name: counting
stages:
  make:
    run: mkdir -p $PIPE_OUTPUT_D/sub && for i in 1 2 3; do echo $i > $PIPE_OUTPUT_D/$i; done && seq 1000 > $PIPE_OUTPUT_D/sub/numbers
    outputs: { d: { kind: files, path: d } }
  count:
    run: cat $(find $PIPE_INPUT_D -type f | sort) | wc -l > $PIPE_OUTPUT_N; find $PIPE_INPUT_D -type f | wc -l >> $PIPE_OUTPUT_N
    inputs: { d: "\${{ stages.make.outputs.d }}" }
    outputs: { n: { kind: file, path: n } }
`;
const args = ["run", "counting.yaml", "--no-mlflow"];
const made = "runs/latest/stages/make/outputs/d";
const count = "1003\n4\n";

async function createCounted(): Promise<ProjectRig> {
  const project = await createProject({ "counting.yaml": pipeline });
  await project.pipe(args);
  return project;
}

/** What somebody may do to the files of an entry; owners can write to what is read-only. */
const damages: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  "a file cut short": (folder) => truncate(join(folder, "sub/numbers"), 100),
  "a file gone from a folder": (folder) => rm(join(folder, "2")),
  "a file more": (folder) => writeFile(join(folder, "sub/more"), "more\n"),
  "another content of the same length": async (folder) => {
    await chmod(join(folder, "1"), 0o644);
    await writeFile(join(folder, "1"), "7\n");
  },
};

describe.each(Object.entries(damages))("an entry with %s", { timeout: 60_000 }, (_, damage) => {
  it("is made anew, and what follows comes from a whole one", async () => {
    await using project = await createCounted();
    await damage(join(project.folder, made));
    await project.write({ "counting.yaml": pipeline.replace("| sort", "| sort -r") });
    const events = await project.events(args);
    expect(outcomesOf(events)).toEqual({ make: "executed", count: "executed" });
    expect(events.find((event) => event.type === "stage-started" && event.stage === "make")).toMatchObject({
      cause: { type: "damaged" },
    });
    expect(await project.read("runs/latest/stages/count/outputs/n")).toBe(count);
    expect(await findBrokenEntries(project.folder)).toEqual([]);
  });
});

describe("an entry that only looks other", { timeout: 60_000 }, () => {
  it("is read and taken, and need not be read the next time", async () => {
    await using project = await createCounted();
    const file = join(project.folder, made, "1");
    await utimes(file, 1, 1);
    expect(outcomesOf(await project.events(args))).toEqual({ make: "cached", count: "cached" });
    // What nobody reads has no later time of access: the second run compared times and sizes only.
    await utimes(file, 5, 1);
    expect(outcomesOf(await project.events(args))).toEqual({ make: "cached", count: "cached" });
    expect((await stat(file)).atimeMs).toBe(5_000);
  });
});

describe("a stage that writes to what another one made", { timeout: 60_000 }, () => {
  it("fails, and the next run makes that anew", async () => {
    const vandal = pipeline.replace("run: cat", "run: echo more > $PIPE_INPUT_D/more; cat");
    await using project = await createProject({ "counting.yaml": vandal });
    const { code, stdout } = await project.pipe(args);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "count: failed: make.d, an input of the stage, was changed while it ran, and is damaged now.",
    );
    await project.write({ "counting.yaml": pipeline });
    expect(outcomesOf(await project.events(args))).toEqual({ make: "executed", count: "executed" });
    expect(await project.read("runs/latest/stages/count/outputs/n")).toBe(count);
    expect(await findBrokenEntries(project.folder)).toEqual([]);
  });
});

describe("a name that is not UTF-8", { timeout: 60_000 }, () => {
  it("is told of an input, which would go unseen", async () => {
    const reading = `version: 1
name: reading
stages:
  read: { run: "cat $PIPE_INPUT_DATA/* > $PIPE_OUTPUT_X", inputs: { data: data }, outputs: { x: { kind: file, path: x } } }
`;
    await using project = await createProject({ "reading.yaml": reading });
    await project.write({ "data/plain": "plain\n" });
    await writeFile(Buffer.concat([Buffer.from(join(project.folder, "data/caf")), Buffer.of(0xe9)]), "old\n");
    const { code, stdout } = await project.pipe(["run", "reading.yaml", "--no-mlflow"]);
    expect(code).toBe(1);
    expect(stdout).toContain("The name of caf\uFFFD is not UTF-8.");
  });

  it("is told of an output", async () => {
    const writing = `version: 1
name: writing
stages:
  write:
    run: echo x > $PIPE_OUTPUT_D/$(printf 'caf\\351')
    outputs: { d: { kind: files, path: d } }
`;
    await using project = await createProject({ "writing.yaml": writing });
    const { code, stdout } = await project.pipe(["run", "writing.yaml", "--no-mlflow"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/The name of \S*caf\uFFFD in output "d" is not UTF-8\./);
    expect(stdout).not.toContain("Internal error");
  });
});
