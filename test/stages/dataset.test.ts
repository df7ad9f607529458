import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Dataset, loadDataset } from "../../src/data/dataset.ts";
import type { DatasetStats } from "../../src/data/dataset-stats.ts";
import { datasetBuild } from "../../src/stages/dataset-build.ts";
import { datasetSplit } from "../../src/stages/dataset-split.ts";
import { datasetStats } from "../../src/stages/dataset-stats.ts";
import type { DatasetBuildWith } from "../../src/stages/generated/dataset-build.ts";
import type { DatasetSplitWith } from "../../src/stages/generated/dataset-split.ts";
import { createRecordingStage } from "./recording-stage.ts";

const fixtures = join(import.meta.dirname, "..", "reference", "fixtures", "images");
const channels = ["red", "green", "blue", "yellow"];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-dataset-"));
  await mkdir(join(folder, "train"));
  for (const id of ["a", "b", "c"]) {
    for (const channel of channels)
      await copyFile(join(fixtures, `${id}_${channel}.png`), join(folder, "train", `${id}_${channel}.png`));
  }
});
afterEach(() => rm(folder, { recursive: true }));

async function build(csv: string, change: Partial<DatasetBuildWith> = {}): Promise<string> {
  await writeFile(join(folder, "train.csv"), csv);
  const labels = { csv: join(folder, "train.csv"), id: "Id", target: "Target", separator: " ", classes: 3 };
  const images = join(folder, "train");
  const artifact = { path: images, kind: "files", digest: "0" };
  const stage = createRecordingStage<DatasetBuildWith>({
    with: { images, labels, channels, pattern: "{id}_{channel}.png", exclude: [], ...change },
    inputs: { images: artifact, "test.images": artifact },
    folder: join(folder, "build"),
    environment: {},
    outputs: { dataset: "dataset/", test: "test/" },
  });
  await datasetBuild.run(stage as never);
  return stage.output("dataset");
}

describe("dataset/build", () => {
  it("joins labels and images", async () => {
    const dataset = await loadDataset(await build("Id,Target\na,2 0\nb,1\nc,\n"));
    expect(dataset.samples).toEqual({ rows: [0, 1, 2], labels: [[0, 2], [1], []] });
    expect(dataset.images.ids).toEqual(["a", "b", "c"]);
    expect(dataset.images.size).toEqual({ width: 48, height: 48 });
  });

  it("keeps the order of the test table", async () => {
    const path = join(folder, "sample_submission.csv");
    await writeFile(path, "Id,Predicted\nc,0\na,0\n");
    const built = await build("Id,Target\na,0\n", { test: { images: join(folder, "train"), csv: path, id: "Id" } });
    const test = await loadDataset(join(built, "..", "test"));
    expect(test.images.ids).toEqual(["c", "a"]);
    expect(test.samples.labels).toBeNull();
  });

  it("reports all mistakes at once", async () => {
    const csv = "Id,Target\na,0 7\nb,x\na,1\nghost,1\n";
    const failure = await build(csv).catch((error: Error) => error);
    expect((failure as Error).message.replaceAll(folder, "")).toMatchInlineSnapshot(`
      "The dataset has mistakes.
      labels out of range: 1
        /train.csv:2 7, expected 0 to 2
      labels that are not whole numbers: 1
        /train.csv:3 "x" (labels are separated by " ")
      ids that occur twice: 1
        /train.csv:4 "a", first in line 2
      images missing in /train: 4
        ghost_red.png
        ghost_green.png
        ghost_blue.png
        ghost_yellow.png"
    `);
  });

  it("names every image that is empty, cut off or none, and samples whose channels differ in size", async () => {
    await writeFile(join(folder, "train", "a_red.png"), "");
    await writeFile(join(folder, "train", "b_blue.png"), "no image");
    await copyFile(join(fixtures, "..", "depths", "grey16.png"), join(folder, "train", "c_green.png"));
    const failure = await build("Id,Target\na,0\nb,1\nc,\n").catch((error: Error) => error);
    expect((failure as Error).message.replaceAll(folder, "")).toMatchInlineSnapshot(`
      "The dataset has mistakes.
      images that cannot be read: 2
        /train/a_red.png
        /train/b_blue.png
      samples whose channels differ in size: 1
        c: red 48×48, green 8×8, blue 48×48, yellow 48×48"
    `);
  });

  it("suggests the column that was meant", async () => {
    await expect(build("id,target\na,0\n")).rejects.toMatchObject({
      failure: { hint: 'Its columns: id, target. Did you mean "id"?' },
    });
  });

  it("leaves excluded samples out", async () => {
    const dataset = await loadDataset(await build("Id,Target\na,0\nghost,1\n", { exclude: ["ghost"] }));
    expect(dataset.images.ids).toEqual(["a"]);
  });
});

describe("dataset/split and dataset/stats", () => {
  const expected = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8")) as {
    mean: number[];
    std: number[];
  };

  async function measure(size?: number): Promise<DatasetStats> {
    const dataset = await build("Id,Target\na,0\nb,0 1\nc,0\n");
    const stage = createRecordingStage({
      with: { dataset, ...(size && { size }) },
      folder: join(folder, "stats"),
      environment: {},
      outputs: { stats: "stats.json", plots: "plots/", pictures: "pictures/" },
    });
    await datasetStats.run(stage as never);
    return JSON.parse(await readFile(stage.output("stats"), "utf8")) as DatasetStats;
  }

  it("computes numpy's mean and deviation of the original images", async () => {
    const stats = await measure();
    for (const [index, mean] of expected.mean.entries()) expect(stats.mean[index]).toBeCloseTo(mean, 12);
    for (const [index, std] of expected.std.entries()) expect(stats.std[index]).toBeCloseTo(std, 12);
    expect(stats.classCounts).toEqual([3, 1, 0]);
    expect(stats.labelsPerSample).toEqual([0, 2, 1]);
  });

  it("keeps the mean and lowers the deviation when it measures smaller images", async () => {
    const stats = await measure(24);
    expect(stats.mean[0]).toBeCloseTo(expected.mean[0] as number, 2);
    expect(stats.std[0]).toBeLessThan(expected.std[0] as number);
  });

  it("shows samples of each class", async () => {
    await measure();
    const picture = await sharp(join(folder, "stats", "outputs", "pictures", "samples.png")).metadata();
    expect([picture.format, picture.width]).toEqual(["png", 1116]);
  });

  it("draws classes and labels per sample where labels are known", async () => {
    await measure();
    const plots = join(folder, "stats", "outputs", "plots");
    expect((await readdir(plots)).sort()).toEqual(
      ["classes", "labels-per-sample"].flatMap((name) => [`${name}.png`, `${name}.svg`]),
    );
    const svg = await readFile(join(plots, "classes.svg"), "utf8");
    const [, width] = /width="(\d+)"/.exec(svg) ?? [];
    expect((await sharp(join(plots, "classes.png")).metadata()).width).toBe(2 * Number(width));
  });

  interface Split {
    readonly train: Dataset;
    readonly validation: Dataset;
  }

  async function split(change: Partial<DatasetSplitWith>, csv = "Id,Target\na,0\nb,0 1\nc,0\n"): Promise<Split> {
    const stage = createRecordingStage<DatasetSplitWith>({
      with: { dataset: await build(csv), validation: 0.34, stratify: "multilabel", seed: 1, ...change },
      ...{ folder: join(folder, "split"), environment: {}, outputs: { train: "train/", validation: "validation/" } },
    });
    await datasetSplit.run(stage);
    const train = await loadDataset(stage.output("train"));
    return { train, validation: await loadDataset(stage.output("validation")) };
  }

  it("splits into views of the same images", async () => {
    const { train, validation } = await split({});
    expect(train.images).toEqual(validation.images);
    expect([...train.samples.rows, ...validation.samples.rows].sort()).toEqual([0, 1, 2]);
  });

  it.each(["multilabel", "none"] as const)("holds every sample out in exactly one fold (%s)", async (stratify) => {
    const held: number[] = [];
    for (const fold of [0, 1, 2]) {
      const { train, validation } = await split({ folds: 3, fold, stratify });
      expect([...train.samples.rows, ...validation.samples.rows].sort()).toEqual([0, 1, 2]);
      held.push(...validation.samples.rows);
    }
    expect(held.sort()).toEqual([0, 1, 2]);
  });

  it("keeps samples of one group together", async () => {
    const csv = join(folder, "groups.csv");
    await writeFile(csv, "Id,specimen\na,x\nc,x\n");
    for (const fold of [0, 1]) {
      const { validation } = await split({ folds: 2, fold, groups: { csv, id: "Id", group: "specimen" } });
      expect([[1], [0, 2]]).toContainEqual(validation.samples.rows);
    }
  });

  it("refuses a fold that is none", async () => {
    await expect(split({ folds: 3, fold: 3 })).rejects.toThrow("fold: 3 is none of 3 folds.");
  });
});
