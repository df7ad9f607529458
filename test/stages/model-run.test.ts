import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunEvent, StageImage } from "../../src/base/event.ts";
import { loadPredictions } from "../../src/data/predictions.ts";
import { createRandom } from "../../src/util/random.ts";
import { runTraced } from "../crash/crash-points.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

const channels = ["red", "green", "blue", "yellow"];
const numTrain = 48;
const numTest = 9;

const pipeline = (epochs: number): string => `
version: 1
name: stripes
stages:
  dataset:
    uses: dataset/build
    with:
      images: images/train
      labels: { csv: train.csv, classes: 3 }
      channels: [red, green, blue, yellow]
      test: { images: images/test, csv: sample_submission.csv }
  split: { uses: dataset/split, with: { dataset: "\${{ stages.dataset.outputs.dataset }}", validation: 0.25 } }
  stats: { uses: dataset/stats, with: { dataset: "\${{ stages.split.outputs.train }}" } }
  train:
    uses: model/train
    with:
      train: \${{ stages.split.outputs.train }}
      validation: \${{ stages.split.outputs.validation }}
      stats: \${{ stages.stats.outputs.stats }}
      arch: resnet18
      head: { hidden: [16] }
      size: 32
      batch: 8
      clip_norm: 1
      augment: { dihedral: true, rotate: { degrees: 10 }, lighting: { brightness: 0.05, contrast: 0.05 } }
      checkpoint_every: 4
      phases:
        - { name: head, freeze: body, epochs: 1, lr: 0.01 }
        - { name: all, epochs: ${epochs}, lr: [0.0005, 0.001, 0.002], schedule: { type: circular, cut_div: 4 } }
  again:
    uses: model/train
    with:
      train: \${{ stages.split.outputs.train }}
      validation: \${{ stages.split.outputs.validation }}
      init: \${{ stages.train.outputs.model }}
      size: 48
      batch: 8
      phases: [{ epochs: 1, lr: 0.0005 }]
  thresholds: { uses: model/tune-thresholds, with: { predictions: "\${{ stages.again.outputs.validation }}" } }
  predict:
    uses: model/predict
    with:
      model: \${{ stages.again.outputs.model }}
      dataset: \${{ stages.dataset.outputs.test }}
      thresholds: \${{ stages.thresholds.outputs.thresholds }}
      tta: { plain: 1, augmented: 2, reduce: max, augment: { dihedral: true } }
      batch: 4
`;

/** Images of 32 × 32: a bright stripe in the channel of each label that is there. */
async function writeCompetition(project: ProjectRig): Promise<void> {
  const rows: string[] = [];
  const files: Record<string, Uint8Array | string> = {};
  for (let sample = 0; sample < numTrain + numTest; sample += 1) {
    const random = createRandom("stripes", sample);
    const labels = [0, 1, 2].filter((label) => random.uniform() < 0.4 || label === sample % 3);
    const part = sample < numTrain ? "train" : "test";
    for (const [c, channel] of channels.entries()) {
      const pixels = Uint8Array.from({ length: 32 * 32 }, (_, index) => {
        const isStripe = labels.includes(c) && Math.floor(index / 32) % 16 < 6;
        return isStripe ? 220 : Math.floor(random.uniform() * 60);
      });
      const png = sharp(pixels, { raw: { width: 32, height: 32, channels: 1 } }).png();
      files[`images/${part}/s${sample}_${channel}.png`] = await png.toBuffer();
    }
    rows.push(`s${sample},${labels.join(" ")}`);
  }
  files["train.csv"] = ["Id,Target", ...rows.slice(0, numTrain), ""].join("\n");
  // The test's order is not that of the names.
  const testIds = rows.slice(numTrain).map((row) => row.split(",")[0]);
  files["sample_submission.csv"] = ["Id,Predicted", ...testIds.reverse().map((id) => `${id},0`), ""].join("\n");
  await project.write(files);
}

interface Outcome {
  readonly events: readonly RunEvent[];
  readonly metrics: readonly string[];
  output(stage: string, name: string): string;
  fingerprint(stage: string): string;
  /** Paths of the files that a stage showed. */
  shown(stage: string): string[];
  images(stage: string): readonly StageImage[];
}

async function run(project: ProjectRig): Promise<Outcome> {
  const events = await project.events(["run", "pipeline.yaml"]);
  const failures = events.filter((event) => event.type === "stage-finished" && event.outcome.type === "failed");
  expect(failures).toEqual([]);
  const finishedOf = (stage: string) => {
    const finished = events.find((one) => one.type === "stage-finished" && one.stage === stage);
    if (finished?.type !== "stage-finished") throw new Error(`${stage} did not finish`);
    return finished;
  };
  return {
    events,
    metrics: events.flatMap((one) => {
      if (
        one.type !== "stage-event" ||
        one.event.type !== "metric" ||
        one.event.name.match(/^system\/|per_second$|input_wait$/)
      )
        return [];
      return [`${one.stage} ${one.event.name} ${one.event.step} ${one.event.value}`];
    }),
    shown: (stage) => [...finishedOf(stage).files],
    images: (stage) => finishedOf(stage).images ?? [],
    fingerprint: (stage) => finishedOf(stage).fingerprint ?? "",
    output(stage, name) {
      const finished = finishedOf(stage);
      return join(finished.outputsFolder ?? "", finished.outputs[name]?.path ?? "");
    },
  };
}

function bestEpoch({ metrics }: Outcome): number {
  return Number(/^train best\/epoch \d+ (\d+)$/m.exec(metrics.join("\n"))?.[1]);
}

describe("training and prediction through the command line", () => {
  let whole: Outcome;
  let wholeProject: ProjectRig;
  beforeAll(async () => {
    wholeProject = await createProject({ "pipeline.yaml": pipeline(2) });
    await writeCompetition(wholeProject);
    whole = await run(wholeProject);
  });
  afterAll(() => wholeProject[Symbol.asyncDispose]());

  it("trains, hands the model over to a larger size, and predicts", async () => {
    const model = JSON.parse(readFileSync(join(whole.output("again", "model"), "model.json"), "utf8"));
    expect(model).toMatchObject({ version: 1, arch: "resnet18", channels, numClasses: 3, size: 48, augment: null });
    const validation = await loadPredictions(whole.output("again", "validation"));
    expect(validation.labels).toHaveLength(3 * validation.ids.length);
    expect(new Set(validation.ids).size).toBeGreaterThanOrEqual(10);
    const history = readFileSync(whole.output("train", "history"), "utf8").trimEnd().split("\n");
    expect(history[0]).toBe(
      "epoch,phase,train/loss,val/loss,val/macro_f1,val/micro_f1,val/map,lr/early,lr/late,lr/head,train/micro_batch",
    );
    expect(history.slice(1).map((row) => row.split(",").slice(0, 2).join())).toEqual(["1,head", "2,all", "3,all"]);
    const submission = readFileSync(whole.output("predict", "submission"), "utf8").split("\n");
    const ids = Array.from({ length: numTest }, (_, index) => `s${numTrain + numTest - 1 - index}`);
    expect(submission.map((line) => line.split(",")[0])).toEqual(["Id", ...ids, ""]);
    expect(submission.slice(1, -1).every((line) => /^s\d+,\d( \d)*$/.test(line))).toBe(true);
  });

  it("shows plots with the run, each as SVG and as PNG of twice its size", async () => {
    const expected = {
      stats: ["classes", "labels-per-sample"],
      train: ["class-f1", "f1", "learning-rate", "loss"],
      thresholds: ["confusion", "precision-recall", "thresholds"],
    };
    for (const [stage, names] of Object.entries(expected)) {
      const files = whole.shown(stage).filter((path) => /^plots\/.*\.(svg|png)$/.test(path));
      expect(files.sort()).toEqual(names.flatMap((name) => [`plots/${name}.png`, `plots/${name}.svg`]));
      for (const name of names) {
        const plot = join(wholeProject.folder, "runs", "latest", "stages", stage, "outputs", "plots", name);
        const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(readFileSync(`${plot}.svg`, "utf8")) ?? [];
        const png = await sharp(`${plot}.png`).metadata();
        expect([png.width, png.height], plot).toEqual([2 * Number(width), 2 * Number(height)]);
      }
    }
    const phases = readFileSync(join(whole.output("train", "plots"), "loss.svg"), "utf8");
    for (const text of ["head", "all", "training", "validation"]) expect(phases).toContain(`>${text}</text>`);
  });

  it("shows predictions and top losses as series of images, by epoch", () => {
    const images = whole.images("train");
    expect(images.map(({ key, step }) => `${key} ${step}`).sort()).toEqual(
      [...new Set([1, bestEpoch(whole), 3])].flatMap((epoch) => [`predictions ${epoch}`, `top-losses ${epoch}`]).sort(),
    );
    expect(whole.shown("train")).toEqual(expect.arrayContaining(images.map(({ path }) => path)));
  });

  it("killed with -9 in the middle of training, it ends with the same bytes and metrics as if never killed", async () => {
    await using project = await createProject({ "pipeline.yaml": pipeline(2) });
    await writeCompetition(project);
    // The training process itself, before it can keep the second epoch; its runner reports a failed stage.
    const killed = await runTraced(project, ["run", "pipeline.yaml"], {
      ...{ role: "train", call: "rename", nth: 2, moment: "before", victims: "process" },
      path: `.pipe/work/${whole.fingerprint("train").slice(0, 8)}/kept/checkpoints/checkpoint.json`,
    });
    expect([killed.code, killed.wasKilled]).toEqual([1, true]);
    const resumed = await run(project);
    const logs = resumed.events.flatMap((one) =>
      one.type === "stage-event" && one.event.type === "log" ? [one.event.text] : [],
    );
    expect(logs.join("\n")).toContain("goes on from a checkpoint: epoch 2");
    for (const [stage, name, file] of [
      ["train", "model", "weights.safetensors"],
      ["train", "history", ""],
      // Drawn from the checkpoint's history: epochs before the kill are in them.
      ["train", "plots", "loss.svg"],
      ["train", "plots", "f1.svg"],
      ["train", "plots", "learning-rate.svg"],
      ["train", "plots", "class-f1.svg"],
      ["train", "pictures", "predictions-1.png"],
      ["train", "pictures", "predictions-3.png"],
      ["train", "pictures", "top-losses-3.webp"],
      ["again", "model", "weights.safetensors"],
      ["again", "validation", "probabilities.npy"],
      ["predict", "predictions", "logits.npy"],
      ["predict", "submission", ""],
    ] as const) {
      const [ours, theirs] = [resumed, whole].map((one) => readFileSync(join(one.output(stage, name), file)));
      expect(ours!.equals(theirs!), `${stage}/${name}/${file}`).toBe(true);
    }
    // Stages before the kill come from the cache and report nothing now.
    const fromTraining = ({ metrics }: Outcome) => metrics.filter((line) => !/^(dataset|split|stats) /.test(line));
    expect(fromTraining(resumed)).toEqual(fromTraining(whole));
  });
});
