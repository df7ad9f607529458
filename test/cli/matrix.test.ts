import { describe, expect, test } from "vitest";
import { createProject } from "../rig/project.ts";

const pipeline = `version: 1
name: folds
params: { folds: [0, 1, 2] }
stages:
  train:
    matrix: { fold: "\${{ params.folds }}" }
    run: |
      mkdir -p \${{ outputs.model }}
      echo weights of \${{ matrix.fold }} > \${{ outputs.model }}/weights
      echo '{"metric": "val/loss", "value": 0.\${{ matrix.fold }}5}'
    outputs: { model: { kind: model, path: model } }
  check:
    matrix: { fold: "\${{ params.folds }}" }
    run: cp \${{ inputs.model }}/weights \${{ outputs.seen }}
    inputs: { model: "\${{ stages.train.outputs.model }}" }
    outputs: { seen: { kind: file, path: seen.txt } }
  gather:
    run: 'cd "$PIPE_INPUT_MODELS" && for fold in *; do echo "$fold: $(cat "$fold"/weights)"; done > \${{ outputs.all }}'
    inputs: { models: "\${{ stages.train.outputs.model }}" }
    outputs: { all: { kind: file, path: all.txt } }
`;

describe("a run with a matrix", () => {
  test("runs each combination, wires equal values together, and gathers them", async () => {
    await using project = await createProject({ "p.yaml": pipeline });
    const { code, stdout } = await project.pipe(["run", "p.yaml", "--no-mlflow"]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("7 executed") });
    const stages = "runs/latest/stages";
    expect(await project.read(`${stages}/check@fold=2/outputs/seen.txt`)).toBe("weights of 2\n");
    expect(await project.read(`${stages}/gather/outputs/all.txt`)).toBe(
      "fold=0: weights of 0\nfold=1: weights of 1\nfold=2: weights of 2\n",
    );
    const resolved = JSON.parse(await project.read("runs/latest/resolved.json"));
    expect(resolved.stages["train@fold=1"]).toMatchObject({ matrix: { fold: 1 } });
  });

  test("takes what it has from the cache when a value is added, and says that the new input made the difference", async () => {
    await using project = await createProject({ "p.yaml": pipeline });
    await project.pipe(["run", "p.yaml", "--no-mlflow", "--set", "params.folds=[0,1]"]);
    const events = await project.events(["run", "p.yaml", "--no-mlflow"]);
    const ends = events.filter((event) => event.type === "stage-finished");
    expect(Object.fromEntries(ends.map(({ stage, outcome }) => [stage, outcome.type]))).toEqual({
      "train@fold=0": "cached",
      "train@fold=1": "cached",
      "train@fold=2": "executed",
      "check@fold=0": "cached",
      "check@fold=1": "cached",
      "check@fold=2": "executed",
      gather: "executed",
    });
    expect(ends.find(({ stage }) => stage === "gather")?.cause).toMatchObject({
      type: "changed",
      changes: [{ path: "inputs.models/fold=2", line: 19 }],
    });
    expect(ends.find(({ stage }) => stage === "train@fold=2")?.combination).toEqual({
      of: "train",
      values: { fold: 2 },
    });
  });

  test("runs all of a matrix, or one, as the target says", async () => {
    await using project = await createProject({ "p.yaml": pipeline });
    const run = async (target: string) => {
      const events = await project.events(["run", "p.yaml", "--no-mlflow", "--target", target]);
      return events.flatMap((event) => (event.type === "stage-finished" ? [event.stage] : [])).sort();
    };
    expect(await run("check@fold=1")).toEqual(["check@fold=1", "train@fold=1"]);
    expect(await run("train")).toEqual(["train@fold=0", "train@fold=1", "train@fold=2"]);
    const wrong = await project.pipe(["run", "p.yaml", "--target", "train@fold=7"]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("PIPE305") });
    expect(wrong.stderr).toContain("train@fold=0");
  });
});
