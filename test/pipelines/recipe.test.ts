import { readFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { createNetwork } from "../../src/training/models/network.ts";
import { exportWeights } from "../../src/training/weights/network-weights.ts";
import { saveSafetensors } from "../../src/training/weights/safetensors.ts";
import { userCacheFolder } from "../../src/util/user-cache-folder.ts";
import { lastMetrics } from "../fashion/fashion-run.ts";
import { startKaggleServer } from "../kaggle-server/server.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";
import { loadTestTensorflow } from "../rig/tensorflow.ts";
import { startHub } from "../services/stand-in-hub.ts";

const cells = `
version: 1
name: cells
stages:
  cells: { uses: demo/cells, with: { train: 60, test: 12, size: 64 } }
`;

/** The recipe as it is shipped, but for what takes hours: sizes, batches and the number of epochs. */
function shrink(text: string): string {
  return text
    .replaceAll("size: 256", "size: 32")
    .replaceAll("size: 512", "size: 64")
    .replaceAll(/batch: \d+/g, "batch: 8")
    .replaceAll(/cycles: \d+, cycle_len: \d+/g, "cycles: 1, cycle_len: 1")
    .replace("tta: { plain: 4, augmented: 16", "tta: { plain: 4, augmented: 2");
}

beforeAll(async () => {
  await loadTestTensorflow();
});

it("runs the recipe of resnet34-512 from Kaggle and pretrained weights to a score", async () => {
  await using project = await createProject({ "cells.yaml": cells });
  await project.pipe(["run", "cells.yaml", "--no-mlflow"]);
  // Where the link leads now: the next run is the latest then.
  const outputs = await realpath(join(project.folder, "runs/latest/stages/cells/outputs"));
  const weights = join(project.folder, "resnet34.safetensors");
  const head = { pool: "concat", hidden: [], dropout: 0 } as const;
  const network = createNetwork({ arch: "resnet34", numChannels: 3, numClasses: 2, head, seed: 1 });
  await saveSafetensors(weights, exportWeights(network));
  network.dispose();
  const content = readFileSync(weights);

  const hub = await startHub({ "timm/resnet34.tv_in1k/main/model.safetensors": { content, isLarge: true } });
  const slug = "human-protein-atlas-image-classification";
  const files = { archive: join(outputs, "cells.zip"), solution: join(project.folder, "solution.csv") };
  await project.write({
    "solution.csv": readFileSync(join(outputs, "solution.csv"), "utf8").replace("Target", "Predicted"),
  });
  const kaggle = await startKaggleServer({ competitions: [{ slug, ...files, numClasses: 28 }], numPolls: 1 });
  try {
    for (const name of ["resnet34-256.yaml", "resnet34-512.yaml"]) {
      const shipped = readFileSync(join(import.meta.dirname, "..", "..", "pipelines", name), "utf8");
      await project.write({ [name]: shrink(shipped) });
    }
    const env = {
      PIPE_CACHE_DIR: userCacheFolder(process.env),
      HOME: project.folder,
      HF_ENDPOINT: hub.url,
      KAGGLE_API_ENDPOINT: kaggle.url,
      KAGGLE_API_TOKEN: kaggle.credentials.token,
    };
    const events = await project.events(["run", "resnet34-512.yaml"], { env });
    expect(new Set(Object.values(outcomesOf(events)))).toEqual(new Set(["executed"]));
    const metrics = lastMetrics(events);
    expect(metrics["submit kaggle/public_score"]).toBeCloseTo(kaggle.submissions[0]?.publicScore ?? Number.NaN, 5);
    const log = await project.read("runs/latest/stages/train-256/log.txt");
    expect(log).toContain("pretrained arrays");
    const model = JSON.parse(await project.read("runs/latest/stages/train-512/outputs/model/model.json")) as {
      size: number;
      channels: string[];
    };
    expect(model).toMatchObject({ arch: "resnet34", size: 64, channels: ["red", "green", "blue", "yellow"] });
  } finally {
    await hub.close();
    await kaggle.close();
  }
});
