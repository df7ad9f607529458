import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcomesOf } from "../rig/outcomes.ts";
import type { ProjectRig } from "../rig/project.ts";
import { type FashionRun, lastMetrics, serveFashion } from "./fashion-run.ts";
import { fashionReason, hasFashionMnist } from "./idx.ts";

const isSkipped = !hasFashionMnist && !process.env["CI"];
const args = ["run", "fashion.yaml", "--set", "params.epochs=2"];

/** A small cut of the competition of real photographs: test/fashion/fashion.real.ts runs it whole. */
describe.skipIf(isSkipped)(`a competition of real photographs${isSkipped ? `: ${fashionReason}` : ""}`, () => {
  let fashion: FashionRun;
  let bytes: Buffer;
  beforeAll(async () => {
    fashion = await serveFashion({ numTrain: 240, numTest: 40 });
  });
  afterAll(() => fashion?.[Symbol.asyncDispose]());

  const submissionOf = (project: ProjectRig): Promise<Buffer> =>
    readFile(join(project.folder, "runs/latest/stages/predict/outputs/submission.csv"));

  it("ends with a submission that is scored", async () => {
    await using project = await fashion.createProject();
    const events = await project.events(args, { env: fashion.env });
    expect(events.at(-1)).toMatchObject({ type: "run-finished", status: "done" });
    bytes = await submissionOf(project);
    expect(bytes.toString().split("\n")).toHaveLength(40 + 2);
    expect(lastMetrics(events)["submit kaggle/public_score"]).toBeGreaterThan(0);
    expect(fashion.server.submissions).toHaveLength(1);

    const again = await project.events(args, { env: fashion.env });
    expect(new Set(Object.values(outcomesOf(again)))).toEqual(new Set(["cached"]));
    await project.write({ "fashion.yaml": (await project.read("fashion.yaml")).replace("lr: 0.002", "lr: 0.001") });
    const { stdout } = await project.pipe(["plan", ...args.slice(1)], { env: fashion.env });
    expect(stdout).toMatch(/train +runs +with\.phases\.0\.lr changed 0\.002 → 0\.001 \(fashion\.yaml:\d+\)/);
    for (const stage of ["download", "unzip", "dataset", "split", "stats"])
      expect(stdout).toMatch(new RegExp(`${stage} +cached`));
    for (const stage of ["thresholds", "predict", "submit"]) expect(stdout).not.toMatch(new RegExp(`${stage} +cached`));
  });

  it("gives the same bytes again, also when the run is killed in the middle of training", async () => {
    await using project = await fashion.createProject();
    const first = project.start([...args, "--json"], { env: fashion.env });
    // The second epoch has begun: there is a checkpoint, and work after it is lost.
    await first.waitForLine('"activity":"epoch 2/2"');
    first.kill("SIGKILL");
    await first.result;
    const events = await project.events(args, { env: fashion.env });
    expect(events.at(-1)).toMatchObject({ type: "run-finished", status: "done" });
    expect((await submissionOf(project)).equals(bytes)).toBe(true);
  });
});
