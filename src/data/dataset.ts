import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import { atomicWrite } from "../util/atomic-write.ts";

/** Samples, what is known of them, and where their images are. Its form on disk: docs/reference/artifacts.md. */
export interface Dataset {
  /** In the order in which a model sees them. */
  readonly channels: readonly string[];
  readonly numClasses: number;
  readonly classNames: readonly string[] | null;
  readonly images: ImageTable;
  readonly samples: Samples;
}

/** All images that a dataset draws from; the parts of a split share it. */
export interface ImageTable {
  /** Equal for equal images, wherever they lie. */
  readonly digest: string;
  /** Absolute. */
  readonly folder: string;
  /** File name with `{id}` and `{channel}`. */
  readonly pattern: string;
  /** By row. */
  readonly ids: readonly string[];
  /** Width and height in pixels; `null` when images differ. */
  readonly size: { readonly width: number; readonly height: number } | null;
}

export interface Samples {
  /** Rows of the image table, in the order of the samples. */
  readonly rows: readonly number[];
  /** Class indices of each sample, ascending; `null` when not known. */
  readonly labels: readonly (readonly number[])[] | null;
}

/** The id of each sample, in order. */
export function listIds({ images, samples }: Dataset): string[] {
  return samples.rows.map((row) => images.ids[row] as string);
}

/** Path of one channel's image. */
export function imagePath({ folder, pattern }: ImageTable, id: string, channel: string): string {
  return join(folder, fillPattern(pattern, id, channel));
}

export function fillPattern(pattern: string, id: string, channel: string): string {
  return pattern.replaceAll("{id}", id).replaceAll("{channel}", channel);
}

/** The dataset with some of its samples, given by their positions. */
export function selectSamples(dataset: Dataset, positions: readonly number[]): Dataset {
  const { rows, labels } = dataset.samples;
  return {
    ...dataset,
    samples: {
      rows: positions.map((position) => rows[position] as number),
      labels: labels && positions.map((position) => labels[position] as readonly number[]),
    },
  };
}

/** Samples of each class. */
export function countClasses({ numClasses, samples }: Dataset): number[] {
  const counts = new Array<number>(numClasses).fill(0);
  for (const label of samples.labels?.flat() ?? []) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

const fileNames = {
  dataset: "dataset.json",
  images: "images.json",
  samples: "samples.json",
  source: join(".local", "source.json"),
};

/** Writes a dataset into a folder that exists. */
export async function saveDataset(
  folder: string,
  { channels, numClasses, classNames, images, samples }: Dataset,
): Promise<void> {
  const { digest, size, pattern, ids } = images;
  const description = {
    version: 1,
    channels,
    numClasses,
    classNames,
    numSamples: samples.rows.length,
    imagesDigest: digest,
    width: size?.width ?? null,
    height: size?.height ?? null,
  };
  await mkdir(join(folder, ".local"), { recursive: true });
  await saveJson(join(folder, fileNames.images), { pattern, ids });
  await saveJson(join(folder, fileNames.samples), samples);
  await saveJson(join(folder, fileNames.source), { folder: images.folder });
  await saveJson(join(folder, fileNames.dataset), description);
}

/** Reads what `saveDataset` wrote. */
export async function loadDataset(folder: string): Promise<Dataset> {
  const description = await loadJson<{
    version: number;
    channels: string[];
    numClasses: number;
    classNames: string[] | null;
    imagesDigest: string;
    width: number | null;
    height: number | null;
  }>(join(folder, fileNames.dataset));
  if (description.version !== 1)
    fail("input", `${folder} holds a dataset of version ${description.version}; this pipe reads version 1.`);
  const { pattern, ids } = await loadJson<{ pattern: string; ids: string[] }>(join(folder, fileNames.images));
  const samples = await loadJson<Samples>(join(folder, fileNames.samples));
  const source = await loadJson<{ folder: string }>(join(folder, fileNames.source));
  const { channels, numClasses, classNames, imagesDigest, width, height } = description;
  const size = width === null || height === null ? null : { width, height };
  return {
    channels,
    numClasses,
    classNames,
    images: { digest: imagesDigest, folder: source.folder, pattern, ids, size },
    samples,
  };
}

async function saveJson(path: string, value: unknown): Promise<void> {
  await atomicWrite(path, `${JSON.stringify(value)}\n`);
}

async function loadJson<Value>(path: string): Promise<Value> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) =>
    fail(
      "input",
      `${path} cannot be read: ${error.code ?? error.message}.`,
      "Is the folder a dataset that dataset/build or dataset/split wrote?",
    ),
  );
  // The file is ours, written whole or not at all; its shape is that of the writer above.
  return JSON.parse(text) as Value;
}
