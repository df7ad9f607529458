import { rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/base/event.ts";
import { finishedStages, outcomesOf } from "../rig/outcomes.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

const pipeline = `version: 1
name: clocked
stages:
  copy: { run: "cat $PIPE_INPUT_X > $PIPE_OUTPUT_X", inputs: { x: x.txt }, outputs: { x: { kind: file, path: x } } }
  after: { run: "sort $PIPE_INPUT_X > $PIPE_OUTPUT_X", inputs: { x: "\${{ stages.copy.outputs.x }}" }, outputs: { x: { kind: file, path: x } } }
`;
const args = ["run", "clocked.yaml", "--no-mlflow"];
const create = () => createProject({ "clocked.yaml": pipeline, "x.txt": "old\n" });

/** A run during which the clock is set back by an hour. */
function runBack(project: ProjectRig, numLooks: number): Promise<RunEvent[]> {
  const jump = new URL("./clock-jump.mjs", import.meta.url).href;
  const env = { NODE_OPTIONS: `--import=${jump}`, PIPE_CLOCK_JUMP: String(numLooks) };
  return project.events(args, { env });
}

/** Until the index trusts a file's times: until they are two seconds older than those of a file that is written now. */
async function waitUntilOld(path: string): Promise<void> {
  const { ctimeMs } = await stat(path);
  const probe = `${path}.probe`;
  const ageMs = async () => {
    await writeFile(probe, "");
    return (await stat(probe)).ctimeMs - ctimeMs;
  };
  await expect.poll(ageMs, { interval: 100 }).toBeGreaterThan(2_100);
  await rm(probe);
}

describe("a clock that is set back", () => {
  it("between two runs changes nothing: what is known stays known, and edits are seen", async () => {
    await using project = await create();
    await project.pipe(args);
    // Of two hours ahead, as the clock was before it was set right.
    const later = new Date(Date.now() + 7_200_000);
    await utimes(join(project.folder, "x.txt"), later, later);
    expect(outcomesOf(await runBack(project, 0))).toEqual({ copy: "cached", after: "cached" });
    await project.write({ "x.txt": "new\n" });
    await utimes(join(project.folder, "x.txt"), later, later);
    expect(outcomesOf(await runBack(project, 0))).toEqual({ copy: "executed", after: "executed" });
    expect(await project.read("runs/latest/stages/after/outputs/x")).toBe("new\n");
  });

  it.each([2, 5, 10])(
    "in the middle of a run, at the %i. look at it, makes no time negative and none go back",
    async (numLooks) => {
      await using project = await create();
      const events = await runBack(project, numLooks);
      expect(outcomesOf(events)).toEqual({ copy: "executed", after: "executed" });
      const times = events.filter(({ type }) => type !== "stage-event").map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      const ends = finishedStages(events).map(({ outcome }) => ("durationMs" in outcome ? outcome.durationMs : -1));
      const whole = events.at(-1);
      for (const durationMs of [...ends, whole?.type === "run-finished" ? whole.durationMs : -1]) {
        expect(durationMs).toBeGreaterThanOrEqual(0);
        expect(durationMs).toBeLessThan(600_000);
      }
    },
  );

  it("does not make an edit look as old as what it replaced", async () => {
    await using project = await create();
    const path = join(project.folder, "x.txt");
    // A younger file is read whatever its times are.
    await waitUntilOld(path);
    await project.pipe(args);
    const { atime, mtime } = await stat(path);
    await project.write({ "x.txt": "new\n" });
    await utimes(path, atime, mtime);
    expect(outcomesOf(await project.events(args))).toEqual({ copy: "executed", after: "executed" });
  });
});
