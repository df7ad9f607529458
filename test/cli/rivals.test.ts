import { spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runTraced } from "../crash/crash-points.ts";
import { findBrokenEntries, findLeftovers } from "../crash/whole-entries.ts";
import { finishedStages, outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";

// What other runners are known to get wrong; each test would fail on the one that it names.

const training = `version: 1
name: training
params: { lr: 0.1 }
stages:
  train:
    run: cat "$PIPE_INPUT_DATA" > "$PIPE_OUTPUT_MODEL"; echo lr \${{ params.lr }} >> "$PIPE_OUTPUT_MODEL"
    inputs: { data: data.txt }
    outputs: { model: { kind: file, path: model } }
`;
const run = ["run", "training.yaml", "--no-mlflow"];

describe("DVC", () => {
  it("hashes a dependency after the run: here a file edited meanwhile is not taken for up to date", async () => {
    const slow = training.replace(
      'run: cat "$PIPE_INPUT_DATA"',
      'run: cat "$PIPE_INPUT_DATA" > seen; echo read; until [ -e go ]; do sleep 0.05; done; cat seen',
    );
    await using project = await createProject({ "training.yaml": slow, "data.txt": "old\n" });
    const first = project.start(run);
    await first.waitForLine("train | read");
    await project.write({ "data.txt": "new\n", go: "" });
    expect((await first.result).code).toBe(1);
    expect(outcomesOf(await project.events(run))).toEqual({ train: "executed" });
    expect(await project.read("runs/latest/stages/train/outputs/model")).toBe("new\nlr 0.1\n");
    expect(outcomesOf(await project.events(run))).toEqual({ train: "cached" });
  });

  it("deletes outputs first: here the old ones are there until new ones are complete, also if there never are", async () => {
    await using project = await createProject({ "training.yaml": training, "data.txt": "old\n" });
    await project.pipe(run);
    const old = `runs/${(await project.list("runs"))[0]}/stages/train/outputs/model`;
    await project.write({
      "training.yaml": training.replace(
        "echo lr",
        "echo half; until [ -e go ]; do sleep 0.05; done; false; exit; echo lr",
      ),
    });
    const second = project.start([...run, "--force"]);
    await second.waitForLine("train | half");
    expect(await project.read(old)).toBe("old\nlr 0.1\n");
    await project.write({ go: "" });
    expect((await second.result).code).toBe(1);
    expect(await project.read(old)).toBe("old\nlr 0.1\n");
    await project.write({ "training.yaml": training });
    expect(outcomesOf(await project.events(run))).toEqual({ train: "cached" });
  });

  const isAlone = availableParallelism() < 2;
  it.skipIf(isAlone)(
    `runs stages one by one: here independent ones run side by side${isAlone ? ": this machine has one processor" : ""}`,
    async () => {
      const meet = (mine: string, other: string) =>
        `{ run: "touch ${mine}; for i in $(seq 400); do [ -e ${other} ] && exit 0; sleep 0.05; done; exit 1" }`;
      await using project = await createProject({
        "meeting.yaml": `version: 1\nname: meeting\nstages:\n  a: ${meet("a", "b")}\n  b: ${meet("b", "a")}\n`,
      });
      expect((await project.pipe(["run", "meeting.yaml", "--no-mlflow"])).code).toBe(0);
    },
  );

  it("trains again after the edit of a comment: here a comment, a description and the order of keys count for nothing", async () => {
    await using project = await createProject({ "training.yaml": training, "data.txt": "old\n" });
    await project.pipe(run);
    const [head = "", run_ = "", inputs = "", outputs = ""] = training.split(/(?<=\n)(?= {4}\w)/);
    const edited = `# Trains.\n${head.replace("  train:", "  train: # the only one\n    description: Trains.")}${outputs}${inputs}${run_}`;
    await project.write({ "training.yaml": edited });
    expect(outcomesOf(await project.events(run))).toEqual({ train: "cached" });
  });
});

describe("Snakemake", () => {
  it("wants to be unlocked by hand after a kill: here the same command goes on", async () => {
    const waiting = training.replace("run: cat", "run: echo begun; [ -e go ] || sleep 60; cat");
    await using project = await createProject({ "training.yaml": waiting, "data.txt": "old\n" });
    const first = project.start(run);
    await first.waitForLine("train | begun");
    first.kill("SIGKILL");
    await first.result;
    await project.write({ go: "" });
    expect(outcomesOf(await project.events(run))).toEqual({ train: "executed" });
  });
});

describe("Nextflow", () => {
  it("runs again without a word why: here each cause is named, with the old value, the new one and the line", async () => {
    await using project = await createProject({ "training.yaml": training, "data.txt": "old\n" });
    await project.pipe(run);
    await project.write({ "data.txt": "new\n" });
    const { stdout } = await project.pipe(run);
    expect(stdout).toMatch(/train runs: inputs\.data changed file [0-9a-f]{8} → file [0-9a-f]{8} \(training\.yaml:7\)/);
  });
});

describe("Wireit", () => {
  it("reports success with 299 of 3,000 files after a kill in the middle of a cache write: here all are there, or none", async () => {
    const pipeline = `version: 1
name: many
stages:
  many:
    run: cd "$PIPE_OUTPUT_ALL"; for i in $(seq 3000); do echo $i > $i; done
    outputs: { all: { kind: files, path: all } }
`;
    const args = ["run", "many.yaml", "--no-mlflow"];
    await using whole = await createProject({ "many.yaml": pipeline });
    const { points } = await runTraced(whole, args);
    const sealed = points.filter(({ call, path }) => call === "chmod" && path.includes("/all/"));
    expect(sealed).toHaveLength(3_000);
    for (const point of [sealed[299], points.find(({ path }) => path.endsWith("/manifest.json"))]) {
      if (point === undefined) throw new Error("the run has no such step any more");
      await using project = await createProject({ "many.yaml": pipeline });
      expect((await runTraced(project, args, { ...point, moment: "before", victims: "all" })).wasKilled).toBe(true);
      const [all] = finishedStages(await project.events(args));
      expect(all).toMatchObject({ outcome: { type: "executed" }, outputs: { all: { numFiles: 3_000 } } });
      expect(await readdir(join(project.folder, "runs/latest/stages/many/outputs/all"))).toHaveLength(3_000);
      expect(await findBrokenEntries(project.folder)).toEqual([]);
      expect(await findLeftovers(project.folder)).toEqual([]);
    }
  });
});

describe("moon", () => {
  it("gives `run a b` and `run b a` one key: here names and their order are in no key, and what differs is told apart", async () => {
    const pair = `version: 1
name: pair
params: { x: 1, y: 2 }
stages:
  a: { run: "echo \${{ params.x }} \${{ params.y }} > $PIPE_OUTPUT_X", outputs: { x: { kind: file, path: x } } }
  b: { run: "echo \${{ params.y }} \${{ params.x }} > $PIPE_OUTPUT_X", outputs: { x: { kind: file, path: x } } }
`;
    await using project = await createProject({ "pair.yaml": pair });
    const pipe = async (...args: string[]) =>
      outcomesOf(await project.events(["run", "pair.yaml", "--no-mlflow", ...args]));
    expect(await pipe("--target", "a", "--target", "b")).toEqual({ a: "executed", b: "executed" });
    expect(await pipe("--target", "b", "--target", "a")).toEqual({ a: "cached", b: "cached" });
    expect(await project.read("runs/latest/stages/a/outputs/x")).toBe("1 2\n");
    expect(await project.read("runs/latest/stages/b/outputs/x")).toBe("2 1\n");
    expect(await pipe("--set", "params.x=3", "--set", "params.y=4")).toEqual({ a: "executed", b: "executed" });
    expect(await pipe("--set", "params.y=4", "--set", "params.x=3")).toEqual({ a: "cached", b: "cached" });
    // The same two numbers the other way round: each stage's command is now what the other's was.
    expect(await pipe("--set", "params.x=4", "--set", "params.y=3")).toEqual({ a: "cached", b: "cached" });
    expect(await project.read("runs/latest/stages/a/outputs/x")).toBe("4 3\n");
  });
});

describe("Turborepo", () => {
  it("does not see data that git ignores: here it counts as any other", async () => {
    await using project = await createProject({
      "training.yaml": training,
      "data.txt": "old\n",
      ".gitignore": "data.txt\n",
    });
    spawnSync("git", ["init", "--quiet"], { cwd: project.folder });
    await project.pipe(run);
    await project.write({ "data.txt": "new\n" });
    expect(outcomesOf(await project.events(run))).toEqual({ train: "executed" });
    expect(await project.read("runs/latest/stages/train/outputs/model")).toBe("new\nlr 0.1\n");
  });
});
