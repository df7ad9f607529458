import { describe, expect, it } from "vitest";
import { createProject, type ProjectRig } from "../rig/project.ts";

/** A stage that reports a validation loss and a score of three epochs. */
const training = `version: 1
name: tune
params: { lr: 0.1, losses: [0.5, 0.2, 0.3], score: 0.6, size: 64 }
stages:
  train:
    run: >-
      step=0; for loss in \${{ params.losses.0 }} \${{ params.losses.1 }} \${{ params.losses.2 }}; do
      echo "{\\"metric\\":\\"val/loss\\",\\"value\\":$loss,\\"step\\":$step}"; step=$((step+1)); done;
      echo '{"metric":"val/macro_f1","value":\${{ params.score }},"step":2}';
      echo '{"metric":"kaggle/public_score","value":\${{ params.score }},"step":0}';
      echo '{"metric":"batch/loss","value":1,"step":0}'
    env: { LR: "\${{ params.lr }}", SIZE: "\${{ params.size }}" }
`;

/** The project's runs in the order in which they began; the names of those of the same second do not tell it. */
async function runNames(project: ProjectRig): Promise<string[]> {
  const { runs } = JSON.parse((await project.pipe(["runs", "--json"])).stdout);
  return runs.map(({ run }: { run: string }) => run).reverse();
}

describe("pipe compare", () => {
  it("shows runs in columns: how they ended, parameters that differ, last and best metrics with the winner", async () => {
    await using project = await createProject({ "tune.yaml": training });
    await project.pipe(["run", "tune.yaml"]);
    await project.pipe(["run", "tune.yaml", "--set", "params.lr=0.2", "--set", "params.score=0.7"]);
    await project.pipe(["run", "tune.yaml", "--set", "params.losses=[0.9, 0.4, 0.1]"]);
    const { code, stdout, stderr } = await project.pipe(["compare", ...(await runNames(project))]);
    expect([code, stderr]).toEqual([0, ""]);
    const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
    expect(rows[0]).toEqual(["", ...Array(3).fill(expect.stringMatching(/^\d{8}-\d{6}$/))]);
    expect(rows[1]).toEqual(["", ...Array(3).fill(expect.stringMatching(/^tune-[0-9a-f]{4}$/))]);
    expect(rows).toContainEqual(["status", "done", "done", "done"]);
    expect(rows).toContainEqual(["params.lr", "0.1", "0.2", "0.1"]);
    expect(rows).toContainEqual(["params.losses", "[0.5,0.2,0.3]", "[0.5,0.2,0.3]", "[0.9,0.4,0.1]"]);
    expect(rows).toContainEqual(["train.env.LR", "0.1", "0.2", "0.1"]);
    const loops = [" 0.5 0.2 0.3; do", " 0.5 0.2 0.3; do", " 0.9 0.4 0.1; do"];
    const commands = rows.find(([label]) => label === "train.run")?.slice(1) ?? [];
    expect(commands.map((text) => / [0-9. ]+; do/.exec(text)?.[0])).toEqual(loops);
    expect(Math.max(...commands.map((text) => text.length))).toBeLessThanOrEqual(32);
    expect(rows).toContainEqual(["train val/loss", "0.3", "0.3", "0.1"]);
    expect(rows).toContainEqual(["train val/loss (best)", "0.2", "0.2", "0.1 *"]);
    expect(rows).toContainEqual(["train val/macro_f1", "0.6", "0.7 *", "0.6"]);
    // Whether a competition wants much or little is not known.
    expect(rows).toContainEqual(["train kaggle/public_score", "0.6", "0.7", "0.6"]);
    expect(stdout).not.toMatch(/size|SIZE|batch/);
  });

  it("writes JSON, with null where a run lacks a value", async () => {
    await using project = await createProject({ "tune.yaml": training });
    await project.pipe(["run", "tune.yaml"]);
    await project.write({ "tune.yaml": training.replaceAll("train:", "fit:") });
    await project.pipe(["run", "tune.yaml"]);
    const { stdout } = await project.pipe(["compare", ...(await runNames(project)), "--json"]);
    const { version, runs, params, metrics } = JSON.parse(stdout);
    expect([version, runs.length, params]).toEqual([1, 2, []]);
    expect(metrics[0]).toEqual({
      stage: "train",
      name: "val/loss",
      direction: "minimize",
      last: [0.3, null],
      best: [0.2, null],
      winners: [],
    });
    expect(metrics.map(({ stage }: { stage: string }) => stage)).toEqual([
      ...Array(3).fill("train"),
      ...Array(3).fill("fit"),
    ]);
  });

  it("reports every name that stands for no run, and wants two", async () => {
    await using project = await createProject({ "tune.yaml": training });
    await project.pipe(["run", "tune.yaml"]);
    const unknown = await project.pipe(["compare", "latest", "latest~7", "nothing"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('there is no run "latest~7"');
    expect(unknown.stderr).toContain('there is no run "nothing"');
    const single = await project.pipe(["compare", "latest"]);
    expect([single.code, single.stderr]).toEqual([2, expect.stringContaining("pipe compare needs RUN")]);
  });
});
