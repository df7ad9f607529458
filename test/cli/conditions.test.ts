import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/base/event.ts";
import { createProject } from "../rig/project.ts";

const pipeline = `version: 1
name: gates
params: { score: 0.4, submit: true }
stages:
  train:
    run: |
      echo '{"metric": "val/f1", "value": 0.1}'
      echo '{"metric": "val/f1", "value": \${{ params.score }}, "step": 1}'
      echo model > \${{ outputs.model }}
    outputs: { model: { kind: file, path: model } }
  predict:
    if: stages.train.metrics['val/f1'] > 0.5 and params.submit
    run: cp \${{ inputs.model }} \${{ outputs.table }}
    inputs: { model: "\${{ stages.train.outputs.model }}" }
    outputs: { table: { kind: file, path: table } }
  submit:
    run: cat \${{ inputs.table }}
    inputs: { table: "\${{ stages.predict.outputs.table }}" }
  after: { run: echo after, needs: submit }
  tell: { run: echo told, needs: submit, if: always() }
`;

const outcomes = (events: readonly RunEvent[]) =>
  Object.fromEntries(
    events.flatMap((event) =>
      event.type === "stage-finished"
        ? [[event.stage, event.outcome.type === "skipped" ? `skipped: ${event.outcome.reason}` : event.outcome.type]]
        : [],
    ),
  );

describe("a stage with a condition", () => {
  test("is skipped with what needs it, unless that only waits and says always(); that is no failure", async () => {
    await using project = await createProject({ "p.yaml": pipeline });
    const { code, stdout } = await project.pipe(["run", "p.yaml", "--no-mlflow"]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("2 executed, 3 skipped") });
    expect(stdout).toContain(
      "predict: skipped: stages.train.metrics['val/f1'] > 0.5 and params.submit is false: stages.train.metrics['val/f1'] is 0.4, params.submit is true",
    );
    expect(outcomes(await project.events(["run", "p.yaml", "--no-mlflow"]))).toEqual({
      train: "cached",
      predict: expect.stringMatching(/^skipped: stages\.train/),
      submit: "skipped: it needs predict, which is skipped",
      after: "skipped: it needs submit, which is skipped",
      tell: "cached",
    });
    const status = JSON.parse(await project.read("runs/latest/status.json"));
    expect(status).toMatchObject({
      status: "done",
      stages: { predict: "skipped", submit: "skipped", tell: "cached" },
    });
  });

  test("runs when the condition holds", async () => {
    await using project = await createProject({ "p.yaml": pipeline });
    const events = await project.events(["run", "p.yaml", "--no-mlflow", "--set", "params.score=0.6"]);
    expect(new Set(Object.values(outcomes(events)))).toEqual(new Set(["executed"]));
  });

  test("is shown as skipped in the plan as soon as that is known", async () => {
    await using project = await createProject({ "p.yaml": pipeline });
    const plan = async (...args: string[]) => {
      const { stdout } = await project.pipe(["plan", "p.yaml", "--json", ...args]);
      const stages: { stage: string; action: string }[] = JSON.parse(stdout).stages;
      return Object.fromEntries(stages.map(({ stage, action }) => [stage, action]));
    };
    // By a parameter alone, whatever the metric will be.
    expect(await plan("--set", "params.submit=false")).toMatchObject({ train: "run", predict: "skip", submit: "skip" });
    expect(await plan()).toMatchObject({ train: "run", predict: "unknown", submit: "unknown", tell: "run" });
    await project.pipe(["run", "p.yaml", "--no-mlflow"]);
    expect(await plan()).toMatchObject({ train: "cached", predict: "skip", submit: "skip", tell: "cached" });
  });

  test("fails with the names that there are when the metric is not reported", async () => {
    await using project = await createProject({ "p.yaml": pipeline.replace("['val/f1']", "['val/fi']") });
    const { code, stdout } = await project.pipe(["run", "p.yaml", "--no-mlflow"]);
    expect(code).toBe(1);
    expect(stdout).toContain("train has reported no metric of this name");
    expect(stdout).toContain("It reports val/f1.");
  });

  test("needs none of its files when it is skipped by a parameter", async () => {
    const text = `version: 1\nname: extra\nparams: { extra: false }\nstages:\n  one: { run: "true" }\n  two: { run: cat x, inputs: { x: missing.csv }, if: params.extra }\n`;
    await using project = await createProject({ "p.yaml": text });
    expect((await project.pipe(["run", "p.yaml", "--no-mlflow"])).code).toBe(0);
    const wanted = await project.pipe(["run", "p.yaml", "--no-mlflow", "--set", "params.extra=true"]);
    expect(wanted).toMatchObject({ code: 2, stderr: expect.stringContaining("PIPE201") });
  });

  test("and always() runs after a failure too", async () => {
    await using project = await createProject({ "p.yaml": pipeline.replace("echo model >", "exit 3; echo >") });
    expect(outcomes(await project.events(["run", "p.yaml", "--no-mlflow"]))).toMatchObject({
      train: "failed",
      predict: "blocked",
      after: "blocked",
      tell: "executed",
    });
  });
});
