import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Dataset, saveDataset } from "../../src/data/dataset.ts";
import { loadPredictions } from "../../src/data/predictions.ts";
import type { ModelFindLrWith } from "../../src/stages/generated/model-find-lr.ts";
import type { ModelPredictWith } from "../../src/stages/generated/model-predict.ts";
import type { ModelTrainWith } from "../../src/stages/generated/model-train.ts";
import { modelFindLr } from "../../src/stages/model-find-lr.ts";
import { modelPredict } from "../../src/stages/model-predict.ts";
import { modelTrain } from "../../src/stages/model-train.ts";
import { createRandom } from "../../src/util/random.ts";
import { loadTestTensorflow } from "../rig/tensorflow.ts";
import { startHub } from "../services/stand-in-hub.ts";
import { createRecordingStage, type RecordingStage } from "./recording-stage.ts";

const folder = mkdtempSync(join(tmpdir(), "pipe-model-"));
const size = 32;

/** Twelve samples of noise in two channels; labels turn about. */
async function writeDataset(name: string, changes: Partial<Dataset> = {}): Promise<string> {
  const images = join(folder, "images");
  mkdirSync(images, { recursive: true });
  const ids = Array.from({ length: 12 }, (_, index) => `s${index}`);
  for (const id of readdirSync(images).length === 0 ? ids : []) {
    for (const channel of ["red", "green"]) {
      const random = createRandom(id, channel);
      const pixels = Uint8Array.from({ length: size * size }, () => random.integer() % 256);
      await sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
        .png()
        .toFile(join(images, `${id}_${channel}.png`));
    }
  }
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  await saveDataset(path, {
    channels: ["red", "green"],
    numClasses: 2,
    classNames: null,
    images: { digest: "d", folder: images, pattern: "{id}_{channel}.png", ids, size: { width: size, height: size } },
    samples: { rows: ids.map((_, row) => row), labels: ids.map((_, row) => [row % 2]) },
    ...changes,
  });
  return path;
}

let numStages = 0;
function stageOf<With>(
  parameters: With,
  outputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): RecordingStage<With> {
  numStages += 1;
  const own = join(folder, `stage-${numStages}`);
  for (const name of Object.values(outputs)) {
    if (!name.includes(".")) mkdirSync(join(own, "outputs", name), { recursive: true });
  }
  return createRecordingStage({
    with: parameters,
    folder: own,
    environment: { ...process.env, ...environment },
    outputs,
  });
}

let defaults: ModelTrainWith;

const trainOutputs = {
  model: "model",
  validation: "validation",
  models: "models",
  history: "history.csv",
  classes: "classes.csv",
  plots: "plots",
  pictures: "pictures",
};

async function train(
  changes: Partial<ModelTrainWith>,
  environment: Readonly<Record<string, string>> = {},
): Promise<RecordingStage<ModelTrainWith>> {
  const stage = stageOf({ ...defaults, ...changes }, trainOutputs, environment);
  await modelTrain.run(stage);
  return stage;
}

/** The series of images that a stage showed, each with its step. */
function imagesOf({ said }: RecordingStage<unknown>): string[] {
  return said.flatMap((text) => {
    const event = JSON.parse(text) as { type: string; key?: string; step?: number };
    return event.type === "image" ? [`${event.key} ${event.step}`] : [];
  });
}

async function predict(changes: Partial<ModelPredictWith>): Promise<RecordingStage<ModelPredictWith>> {
  const stage = stageOf<ModelPredictWith>(
    {
      model: "",
      dataset: await writeDataset("dataset"),
      threshold: 0.5,
      at_least_one: true,
      tta: { plain: 1, d4: false, augmented: 0, reduce: "mean", of: "probabilities" },
      batch: 5,
      submission: { id: "Id", target: "Predicted", separator: " " },
      device: "auto",
      seed: 1,
      ...changes,
    },
    { predictions: "predictions", submission: "submission.csv" },
  );
  await modelPredict.run(stage);
  return stage;
}

beforeAll(async () => {
  await loadTestTensorflow();
  const dataset = await writeDataset("dataset");
  const stats = join(folder, "stats.json");
  writeFileSync(stats, JSON.stringify({ version: 1, channels: ["red", "green"], mean: [0.5, 0.5], std: [0.3, 0.3] }));
  defaults = {
    train: dataset,
    validation: dataset,
    stats,
    arch: "resnet18",
    conv1_init: "copy:red",
    head: { pool: "concat", hidden: [], dropout: 0 },
    size,
    batch: 6,
    loss: { type: "bce", pos_weight: 1, reduction: "mean" },
    optimizer: { type: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8, momentum: 0.9, weight_decay: 0 },
    phases: [{ freeze: "body", epochs: 1, cycle_len: 1, cycle_mult: 1, lr: 0.01, schedule: { type: "constant" } }],
    monitor: { metric: "val/loss", direction: "minimize" },
    keep: "last",
    batch_norm: "train",
    top: 1,
    threshold: 0.5,
    device: "auto",
    checkpoint_every: 100,
    seed: 1,
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("model/train refuses", () => {
  it("to normalise by nothing", async () => {
    const { stats: _, ...without } = defaults;
    await expect(modelTrain.run(stageOf(without, trainOutputs))).rejects.toThrow(/Neither stats nor init/);
  });

  it("stats of other channels, and of a channel without contrast", async () => {
    const stats = join(folder, "other.json");
    writeFileSync(stats, JSON.stringify({ version: 1, channels: ["red", "blue"], mean: [0, 0], std: [1, 1] }));
    await expect(train({ stats })).rejects.toThrow(
      "The stats are of the channels red, blue; the dataset has red, green.",
    );
    writeFileSync(stats, JSON.stringify({ version: 1, channels: ["red", "green"], mean: [0, 0], std: [1, 0] }));
    await expect(train({ stats })).rejects.toThrow("All pixels of green are equal");
  });

  it("samples without labels, none at all, or too few for a batch", async () => {
    const unlabelled = await writeDataset("unlabelled", { samples: { rows: [0, 1], labels: null } });
    await expect(train({ train: unlabelled })).rejects.toThrow("The samples given as train have no labels.");
    const empty = await writeDataset("empty", { samples: { rows: [], labels: [] } });
    await expect(train({ validation: empty })).rejects.toThrow("The dataset given as validation has no samples.");
    await expect(train({ batch: 13 })).rejects.toThrow(/batches of 13 samples, and there are only 12/);
  });

  it("a validation of another kind than the training", async () => {
    const other = await writeDataset("other", { numClasses: 5 });
    await expect(train({ validation: other })).rejects.toThrow(
      "train has the channels red, green and 2 classes; validation has the channels red, green and 5 classes.",
    );
  });

  it("weights that are no file, or not the file that was meant", async () => {
    await expect(train({ weights: { file: folder } })).rejects.toThrow("are not a file");
    const file = join(folder, "w.safetensors");
    writeFileSync(file, "x");
    await expect(train({ weights: { file, sha256: "0".repeat(64) } })).rejects.toThrow(/have the SHA-256 2d71/);
  });
});

describe("a trained model", () => {
  let model: string;
  beforeAll(async () => {
    const stage = await train({});
    expect(Object.keys(stage.metrics)).toContain("best/val_loss");
    const shown = stage.said.filter((text) => text.includes('"type":"file"')).join("\n");
    for (const plot of ["loss", "f1", "learning-rate", "class-f1"]) {
      for (const type of ["svg", "png"]) expect(shown).toContain(join(stage.output("plots"), `${plot}.${type}`));
    }
    expect(imagesOf(stage)).toEqual(["predictions 1", "top-losses 1"]);
    model = stage.output("model");
  });

  it("has pictures of the end of each phase and of the best epoch, at the size of its phase", async () => {
    const [phase] = defaults.phases;
    const phases = [
      { ...phase!, epochs: 2 },
      { ...phase!, epochs: 1, size: 48 },
    ];
    // Nothing gets better than the first epoch where the rate is too small to change a weight.
    const still = phases.map((one) => ({ ...one, lr: 1e-30, batch_norm: "freeze" as const }));
    const stage = await train({ phases: still, monitor: { metric: "val/macro_f1", direction: "maximize" } });
    const series = ["predictions 1", "top-losses 1", "predictions 2", "top-losses 2", "predictions 3", "top-losses 3"];
    expect(imagesOf(stage)).toEqual(series);
    const form = async (name: string) => {
      const { format, width, height, size } = await sharp(
        readFileSync(join(stage.output("pictures"), name)),
      ).metadata();
      return { format, width, height, isSmall: (size ?? 0) < 2_000_000 };
    };
    expect(await form("predictions-3.png")).toEqual({ format: "png", width: 828, height: 940, isSmall: true });
    expect(await form("top-losses-1.webp")).toEqual({ format: "webp", width: 225, height: 256, isSmall: true });
  });

  it("does not go on for other channels or classes, or with weights beside its own", async () => {
    const channels = await writeDataset("channels", { channels: ["green", "red"] });
    const init = { init: model, train: channels, validation: channels };
    await expect(train(init)).rejects.toThrow(
      "The model of init takes the channels red, green; the dataset has green, red.",
    );
    const classes = await writeDataset("classes", { numClasses: 3 });
    await expect(train({ ...init, train: classes, validation: classes })).rejects.toThrow(
      "The model of init predicts 2 classes; the dataset has 3.",
    );
    await expect(train({ init: model, weights: { file: "x" } })).rejects.toThrow("Both init and weights are given");
  });

  it("lends its body to a new network", async () => {
    const stage = await train({ weights: { file: join(model, "weights.safetensors") } });
    expect(stage.said.join("\n")).toContain(
      "loaded 100 pretrained arrays from weights.safetensors; not needed: head.0.bn.bias",
    );
  });

  it("lends it from a Hugging Face hub too", async () => {
    const content = readFileSync(join(model, "weights.safetensors"));
    const hub = await startHub({ "timm/resnet18/main/model.safetensors": { content, isLarge: true } });
    try {
      const sha256 = createHash("sha256").update(content).digest("hex");
      const weights = { huggingface: "timm/resnet18", file: "model.safetensors", revision: "main", sha256 };
      const stage = await train({ weights }, { HF_ENDPOINT: hub.url });
      expect(stage.said.join("\n")).toContain("loaded 100 pretrained arrays from model.safetensors");
      expect(stage.said.join("\n")).toContain('"activity":"downloading timm/resnet18"');
    } finally {
      await hub.close();
    }
  });

  it("predicts every sample once, in the dataset's order, and the same with plain copies as without", async () => {
    const rows = [7, 3, 11, 0, 5, 1];
    const dataset = await writeDataset("shuffled", { samples: { rows, labels: null } });
    const once = await predict({ model, dataset });
    const submission = readFileSync(once.output("submission"), "utf8");
    expect(submission.split("\n").map((line) => line.split(",")[0])).toEqual([
      "Id",
      ...rows.map((row) => `s${row}`),
      "",
    ]);
    const { probabilities, labels } = await loadPredictions(once.output("predictions"));
    expect([probabilities.length, labels]).toEqual([12, null]);
    const tta = { plain: 4, d4: false, augmented: 0, reduce: "max", of: "logits" } as const;
    const copies = await predict({ model, dataset, tta });
    expect((await loadPredictions(copies.output("predictions"))).probabilities).toEqual(probabilities);
  });

  it("predicts at another size than it was trained at", async () => {
    const at = async (other?: number): Promise<Float32Array> => {
      const stage = await predict({ model, ...(other !== undefined && { size: other }) });
      return (await loadPredictions(stage.output("predictions"))).probabilities;
    };
    const [trained, smaller, larger] = [await at(), await at(48), await at(80)];
    expect(await at(size)).toEqual(trained);
    for (const other of [smaller, larger]) {
      expect(other).not.toEqual(trained);
      expect(other.every((value) => value > 0 && value < 1)).toBe(true);
    }
  });

  it("predicts no worse than each single view when the greatest counts", async () => {
    const augment = { dihedral: true };
    const at = async (plain: number, augmented: number): Promise<Float32Array> => {
      const tta = { plain, d4: false, augmented, reduce: "max", of: "probabilities", augment } as const;
      const stage = await predict({ model, tta });
      return (await loadPredictions(stage.output("predictions"))).probabilities;
    };
    const [plain, views, both] = [await at(1, 0), await at(0, 3), await at(1, 3)];
    expect(both).toEqual(both.map((_, index) => Math.max(plain[index]!, views[index]!)));
    expect(views).not.toEqual(plain);
  });

  it("does not predict other channels, no views, or views that change nothing", async () => {
    const channels = await writeDataset("channels", { channels: ["green", "red"] });
    await expect(predict({ model, dataset: channels })).rejects.toThrow("The model takes the channels red, green;");
    const tta = { plain: 0, d4: false, augmented: 0, reduce: "mean", of: "logits" } as const;
    await expect(predict({ model, tta })).rejects.toThrow("tta asks for no prediction at all.");
    await expect(predict({ model, tta: { ...tta, augmented: 2, d4: true } })).rejects.toThrow("tta.plain is 0");
    await expect(predict({ model, tta: { ...tta, augmented: 2 } })).rejects.toThrow("trained without augmentation");
  });
});

describe("model/find-lr", () => {
  async function findLr(changes: Partial<ModelFindLrWith> = {}): Promise<RecordingStage<ModelFindLrWith>> {
    const { train: dataset, arch, conv1_init, head, batch, loss, optimizer, device, seed, stats } = defaults;
    const shared = { train: dataset, arch, conv1_init, head, size, batch, loss, optimizer, device, seed };
    const sweep = { freeze: "none", start_lr: 1e-6, end_lr: 10, steps: 40, stop_factor: 4 } as const;
    const outputs = { suggestions: "suggestions.json", curve: "curve.csv", plots: "plots" };
    const stage = stageOf<ModelFindLrWith>({ ...shared, ...(stats && { stats }), ...sweep, ...changes }, outputs);
    await modelFindLr.run(stage);
    return stage;
  }

  const read = (stage: RecordingStage<unknown>, name: string) => readFileSync(stage.output(name), "utf8");

  it("writes the curve, suggestions and the plot, the same with the same seed", async () => {
    const stage = await findLr();
    const rows = read(stage, "curve").trimEnd().split("\n");
    expect(rows[0]).toBe("step,learning_rate,loss,smoothed_loss");
    const rates = rows.slice(1).map((row) => Number(row.split(",")[1]));
    expect(rates[0]).toBe(1e-6);
    for (const [step, rate] of rates.entries()) expect(rate / (1e-6 * 1e7 ** (step / 40))).toBeCloseTo(1, 12);

    const { suggestions, numSteps } = JSON.parse(read(stage, "suggestions"));
    expect(numSteps).toBe(rates.length);
    expect(rates).toContain(suggestions.valley);
    expect(stage.metrics["find_lr/valley"]).toBe(suggestions.valley);
    const plots = stage.output("plots");
    expect(readFileSync(join(plots, "lr-find.svg"), "utf8")).toContain(">valley</text>");
    expect((await sharp(join(plots, "lr-find.png")).metadata()).format).toBe("png");

    const again = await findLr();
    expect(read(again, "curve")).toBe(read(stage, "curve"));
    expect(readFileSync(join(again.output("plots"), "lr-find.svg"))).toEqual(readFileSync(join(plots, "lr-find.svg")));
  });

  it("stops where the loss diverges, also to what is no number", async () => {
    const wild = await findLr({ optimizer: { ...defaults.optimizer, type: "sgd" }, start_lr: 0.01, end_lr: 1e8 });
    const { numSteps, isDiverged } = JSON.parse(read(wild, "suggestions"));
    expect(isDiverged).toBe(true);
    expect(numSteps).toBeLessThan(40);
    expect(read(wild, "curve")).not.toMatch(/NaN|Infinity/);
  });

  it("refuses rates that do not grow, and samples without labels", async () => {
    await expect(findLr({ start_lr: 1, end_lr: 0.1 })).rejects.toThrow("end_lr is 0.1, start_lr 1");
    const unlabelled = await writeDataset("unlabelled", { samples: { rows: [0, 1], labels: null } });
    await expect(findLr({ train: unlabelled })).rejects.toThrow("The samples given as train have no labels.");
  });
});
