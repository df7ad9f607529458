import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/base/event.ts";
import { runTraced } from "../crash/crash-points.ts";
import { isAlive } from "../rig/is-alive.ts";
import { finishedStages, outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";

/** Waits in its first attempt, having kept a checkpoint; a second attempt finds that and ends. */
const resuming = `version: 1
name: resuming
stages:
  before: { run: "echo made > $PIPE_OUTPUT_X", outputs: { x: { kind: file, path: x } } }
  train:
    run: |
      if [ -e "$PIPE_WORK/half" ]; then cat "$PIPE_WORK/half" "$PIPE_INPUT_X" > "$PIPE_OUTPUT_MODEL"; exit 0; fi
      echo garbage > "$PIPE_OUTPUT_MODEL"
      echo half > "$PIPE_WORK/half"
      echo checkpoint kept
      sleep 120
    inputs: { x: "\${{ stages.before.outputs.x }}" }
    outputs: { model: { kind: file, path: model } }
  after: { run: "cat $PIPE_INPUT_MODEL", inputs: { model: "\${{ stages.train.outputs.model }}" } }
`;

describe("Ctrl-C", () => {
  it("ends the stages, keeps their work folder and says how to go on", async () => {
    await using project = await createProject({ "resuming.yaml": resuming });
    const run = project.start(["run", "resuming.yaml"]);
    await run.waitForLine("checkpoint kept");
    run.kill("SIGINT");
    const { code, stdout } = await run.result;
    expect(code).toBe(130);
    expect(stdout).toContain("\nstopping: stages keep what they can go on from. A second Ctrl-C ends them at once.\n");
    expect(stdout).toContain("train: interrupted, what it had is kept\n");
    expect(stdout).toMatch(/interrupted in .*: 1 executed, 1 interrupted, 1 not run/);
    expect(stdout).toContain("train kept its checkpoints. Run the same command again to go on.");
    expect(JSON.parse(await project.read("runs/latest/status.json"))).toMatchObject({ status: "interrupted" });

    const events = await project.events(["run", "resuming.yaml"]);
    expect(outcomesOf(events)).toEqual({ before: "cached", train: "executed", after: "executed" });
    expect(await project.read("runs/latest/stages/train/outputs/model")).toBe("half\nmade\n");
    expect(await project.list(".pipe/work")).toEqual([]);
  });

  it("ends a stage that does not listen when it is pressed twice", async () => {
    const deaf = `version: 1\nname: deaf\nstages: { deaf: { run: "trap '' TERM INT; echo deaf; while :; do sleep 1; done" } }\n`;
    await using project = await createProject({ "deaf.yaml": deaf });
    const run = project.start(["run", "deaf.yaml"]);
    await run.waitForLine("deaf | deaf");
    run.kill("SIGINT");
    await run.waitForLine("stopping");
    // The same press may come twice, from the terminal and from a shell: only a later one counts.
    const again = setInterval(() => run.kill("SIGINT"), 100);
    const { code } = await run.result;
    clearInterval(again);
    expect(code).toBe(130);
  });
});

describe("a runner that is killed", () => {
  it("leaves nothing that a second run trips over, and no half result", async () => {
    await using project = await createProject({ "resuming.yaml": resuming });
    const run = project.start(["run", "resuming.yaml"]);
    await run.waitForLine("checkpoint kept");
    run.kill("SIGKILL");
    await run.result;

    const events = await project.events(["run", "resuming.yaml"]);
    expect(outcomesOf(events)).toEqual({ before: "cached", train: "executed", after: "executed" });
    expect(await project.read("runs/latest/stages/train/outputs/model")).toBe("half\nmade\n");
    expect(await project.list(".pipe/work")).toEqual([]);
  });

  it("is followed by the end of its stages, which would otherwise go on for ever", async () => {
    await using project = await createProject({ "resuming.yaml": resuming });
    const run = project.start(["run", "resuming.yaml"]);
    await run.waitForLine("checkpoint kept");
    const [fingerprint] = await project.list(".pipe/work");
    const { pid } = JSON.parse(await project.read(`.pipe/work/${fingerprint}/process.json`));
    run.kill("SIGKILL");
    await run.result;
    await expect.poll(() => isAlive(pid)).toBe(false);
    const [, log] = (await project.read("runs/latest/stages/train/log.txt")).split("checkpoint kept\n");
    expect(log).toBe("stopped: the runner of this stage is gone\n");
  });
});

describe("a runner that is killed after each of its events in turn", () => {
  it("has the same results in the end, and leaves nothing behind", async () => {
    const making = `version: 1
name: making
stages:
  a: { run: "seq 100 > $PIPE_OUTPUT_ALL/a; echo a", outputs: { all: { kind: files, path: all } } }
  b: { run: "cat $PIPE_INPUT_ALL/a > $PIPE_OUTPUT_X; echo b", inputs: { all: "\${{ stages.a.outputs.all }}" }, outputs: { x: { kind: file, path: x } } }
`;
    const args = ["run", "making.yaml", "--json"];
    await using whole = await createProject({ "making.yaml": making });
    const { points, stdout } = await runTraced(whole, args);
    const wanted = finishedStages(parseEvents(stdout)).map(({ outputs }) => outputs);
    const recorded = points.filter(
      ({ role, call, path }) => role === "runner" && call === "write" && path === "runs/<run>/events.ndjson",
    );

    await using project = await createProject({ "making.yaml": making });
    let numKills = 0;
    for (const [index, point] of recorded.entries()) {
      // Every second run starts from an empty cache, the others from what the one before left: they may have fewer events.
      if (index % 2 === 0) await rm(join(project.folder, ".pipe", "cache"), { recursive: true, force: true });
      const { wasKilled } = await runTraced(project, args, { ...point, moment: "after", victims: "process" });
      if (wasKilled) numKills += 1;
    }
    expect(recorded.length).toBeGreaterThan(6);
    expect(numKills).toBeGreaterThan(recorded.length / 2);
    const events = await project.events(["run", "making.yaml"]);
    expect(finishedStages(events).map(({ outputs }) => outputs)).toEqual(wanted);
    expect(await project.list(".pipe/work")).toEqual([]);
    for (const entry of await project.list(".pipe/cache")) {
      expect(await project.list(`.pipe/cache/${entry}`)).toEqual([
        "manifest.json",
        expect.stringMatching(/^outputs-\w+$/),
        expect.stringMatching(/^outputs-\w+\.stamp$/),
      ]);
    }
  });
});

/** One event a line. */
function parseEvents(text: string): RunEvent[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

describe("two runners at once", () => {
  it("make each result once: the second waits and takes it", async () => {
    const slow = `version: 1
name: slow
stages:
  slow:
    run: echo started; until [ -e go ]; do sleep 0.05; done; echo $$ > "$PIPE_OUTPUT_X"
    outputs: { x: { kind: file, path: x } }
`;
    await using project = await createProject({ "slow.yaml": slow });
    const first = project.start(["run", "slow.yaml"]);
    await first.waitForLine("slow | started");
    const second = project.start(["run", "slow.yaml"]);
    await second.waitForLine(`slow waits: process ${first.process.pid}`);
    await project.write({ go: "" });
    expect((await first.result).stdout).toContain("slow: done");
    expect((await second.result).stdout).toContain("slow: cached");
  });
});
