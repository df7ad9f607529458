import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { check, diagnose, diagnoseFile, root, stageOf } from "./check-text.ts";

const validFolder = `${root}test/cases/valid`;
const files = [
  ...readdirSync(validFolder).map((name) => `${validFolder}/${name}`),
  ...readdirSync(`${root}pipelines`).map((name) => `${root}pipelines/${name}`),
].filter((path) => path.endsWith(".yaml"));

test.each(files)("nothing is said about %s", (path) => {
  expect(diagnoseFile(path)).toBe("");
});

describe("the recipe at two sizes", () => {
  const pipeline = check(readFileSync(`${validFolder}/atlas.yaml`, "utf8"));

  test("has its name, experiment and parameters", () => {
    expect(pipeline).toMatchObject({ name: "resnet34-512", experiment: "human-protein-atlas" });
    expect(pipeline.params).toMatchObject({ seed: 42, channels: ["red", "green", "blue", "yellow"] });
  });

  test("has its stages in an order in which they can run", () => {
    const order = pipeline.stages.map((stage) => stage.id);
    for (const stage of pipeline.stages) {
      for (const need of stage.needs) expect(order.indexOf(need)).toBeLessThan(order.indexOf(stage.id));
    }
    expect(order).toHaveLength(11);
    expect(stageOf(pipeline, "submit").needs).toEqual(["predict", "report"]);
  });

  test("gets values of parameters with their types", () => {
    expect(stageOf(pipeline, "dataset")).toMatchObject({ with: { channels: ["red", "green", "blue", "yellow"] } });
    expect(stageOf(pipeline, "split")).toMatchObject({ with: { seed: 42 } });
    expect(stageOf(pipeline, "submit")).toMatchObject({ with: { message: "seed 42" } });
  });

  test("gets defaults, also inside variants and lists", () => {
    const train = stageOf(pipeline, "train-256");
    expect(train).toMatchObject({
      with: {
        loss: { type: "focal", gamma: 2, reduction: "batch_mean" },
        optimizer: { type: "adam", beta1: 0.9 },
        weights: { huggingface: "timm/resnet34.tv_in1k", file: "model.safetensors", revision: "main" },
        phases: [{ freeze: "body", lr: 0.02, schedule: { type: "constant" } }, { freeze: "none" }],
      },
      unfingerprinted: ["checkpoint_every"],
    });
  });

  test("gets what it takes as references to artifacts", () => {
    const labels = { artifact: "output", stage: "unzip", output: "files", kind: "files", subpath: "train.csv" };
    expect(stageOf(pipeline, "dataset")).toMatchObject({ with: { labels: { csv: labels } } });
    const script = { artifact: "path", path: "evaluate.py", kind: "file" };
    expect(stageOf(pipeline, "report")).toMatchObject({ inputs: { script } });
  });

  test("declares outputs with the shape of their kind", () => {
    expect(stageOf(pipeline, "predict").outputs).toEqual({
      predictions: { kind: "predictions", path: "predictions", shape: "folder" },
      submission: { kind: "submission", path: "submission.csv", shape: "file" },
    });
  });

  test("tells its command the paths by variables of the shell", () => {
    expect(stageOf(pipeline, "report")).toMatchObject({
      run: 'python ${PIPE_INPUT_SCRIPT} --seed 42 "${PIPE_INPUT_PREDICTIONS}" "${PIPE_OUTPUT_REPORT}"\n',
      env: { LANG: "C.UTF-8", THREADS: "2" },
    });
  });

  test("knows where each value stands; one from a parameter, where it is used", () => {
    const { locations, location } = stageOf(pipeline, "train-256");
    expect(location).toMatchObject({ line: 36, column: 3, endColumn: 12 });
    expect(locations.get("with.phases.1.lr")).toMatchObject({ line: 53, column: 17 });
    expect(locations.get("with.seed")).toMatchObject({ line: 55, column: 15 });
  });
});

const head = "version: 1\nname: example\n";

test("a pipeline without an experiment belongs to one of its own name", () => {
  expect(check(`${head}stages: { draw: { uses: demo/cells } }`).experiment).toBe("example");
});

test("an output that depends on a parameter exists with it only", () => {
  const stage = (rest: string) =>
    `${head}stages: { data: { uses: dataset/build, with: { images: x/, labels: { csv: x.csv, classes: 2 }, channels: [red] ${rest} } } }`;
  expect(Object.keys(stageOf(check(stage("")), "data").outputs)).toEqual(["dataset"]);
  const withTest = check(stage(", test: { images: y/, csv: y.csv }"));
  expect(Object.keys(stageOf(withTest, "data").outputs)).toEqual(["dataset", "test"]);
});

test("stages keep the order of the document where nothing else decides", () => {
  const text = `${head}stages:\n  c: { uses: demo/cells }\n  b: { run: ls, needs: a }\n  a: { uses: demo/cells }\n`;
  expect(check(text).stages.map((stage) => stage.id)).toEqual(["c", "a", "b"]);
});

test("what stands inside a folder fits wherever a file can stand", () => {
  const text = `${head}stages:
  draw: { uses: demo/cells }
  unzip: { uses: archive/unzip, with: { archive: "\${{ stages.draw.outputs.archive }}" } }
  inner: { uses: archive/unzip, with: { archive: "\${{ stages.unzip.outputs.files }}/inner.zip" } }
`;
  expect(diagnose(text)).toEqual([]);
});

test("keys with a meaning in JavaScript are keys like any other", () => {
  const text = `${head}params: { __proto__: 1, constructor: 2 }
stages: { draw: { uses: demo/cells, with: { seed: "\${{ params.__proto__ }}", __proto__: 1, toString: 2 } } }`;
  const messages = diagnose(text).map(({ message }) => message);
  expect(messages).toEqual([
    'unknown key "__proto__" in "with" of stage "draw"',
    'unknown key "toString" in "with" of stage "draw"',
  ]);
});
