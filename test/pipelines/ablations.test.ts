import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { createNetwork } from "../../src/training/models/network.ts";
import { exportWeights } from "../../src/training/weights/network-weights.ts";
import { saveSafetensors } from "../../src/training/weights/safetensors.ts";
import { userCacheFolder } from "../../src/util/user-cache-folder.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";
import { loadTestTensorflow } from "../rig/tensorflow.ts";

/** The pipeline on cells drawn on the spot, with two of its trainings, each of one short epoch, by a smaller network. */
const shrunk = `
extends: ablations.yaml
params: { phases: [{ epochs: 1, lr: 0.001 }] }
stages:
  download: null
  cells: { uses: demo/cells, with: { train: 40, test: 4, size: 32 } }
  unzip: { with: { archive: "\${{ stages.cells.outputs.archive }}", nested: null } }
  dataset: { with: { exclude: null } }
  stats: { with: { size: 32 } }
  scratch: { with: { arch: resnet18, size: 32, batch: 8, phases: "\${{ params.phases }}" } }
  train:
    matrix:
      include:
        - { change: none, arch: resnet18, first: "copy:red", loss: focal, holes: 0, rare: 1, mixup: 0 }
        - { change: all, arch: resnet18, first: "mean:red,blue", loss: soft_f1, holes: 0.5, rare: 4, mixup: 0.2 }
    with: { size: 32, batch: 8, weights: { huggingface: null, file: weights.safetensors } }
`;

beforeAll(async () => {
  await loadTestTensorflow();
});

it("trains from scratch and with parts of the recipe changed, and compares them", async () => {
  const shipped = (name: string) => readFileSync(join(import.meta.dirname, "..", "..", "pipelines", name), "utf8");
  await using project = await createProject({
    "resnet34-256.yaml": shipped("resnet34-256.yaml"),
    "ablations.yaml": shipped("ablations.yaml"),
    "p.yaml": shrunk,
  });
  const head = { pool: "average", hidden: [], dropout: 0 } as const;
  const network = createNetwork({ arch: "resnet18", numChannels: 3, numClasses: 2, head, seed: 1 });
  await saveSafetensors(join(project.folder, "weights.safetensors"), exportWeights(network));
  network.dispose();

  const env = { PIPE_CACHE_DIR: userCacheFolder(process.env) };
  const outcomes = outcomesOf(await project.events(["run", "p.yaml", "--no-mlflow"], { env }));
  expect(new Set(Object.values(outcomes))).toEqual(new Set(["executed"]));
  const table = await project.read("runs/latest/stages/compare/outputs/ablations.csv");
  const rows = table
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  expect(rows[0]).toEqual(["training", "best val/macro_f1"]);
  expect(
    rows
      .slice(1)
      .map(([name]) => name)
      .sort(),
  ).toEqual(["all", "none", "scratch"]);
  for (const [, score] of rows.slice(1)) expect(Number(score)).toBeGreaterThanOrEqual(0);
  // The last of the metric's values is the table's where there is one epoch.
  const history = await project.read("runs/latest/stages/scratch/outputs/history.csv");
  const [header, values] = history.split("\n").map((line) => line.split(","));
  const found = Number(rows.find(([name]) => name === "scratch")?.[1]);
  expect(found).toBeCloseTo(Number(values?.[header?.indexOf("val/macro_f1") ?? -1]), 5);
});
