import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodePng } from "../../src/data/encode-png.ts";
import { formatLabels } from "../../src/data/submission.ts";
import { writeZip, type ZipEntry } from "../../src/data/write-zip.ts";
import { createRandom, drawIndex, type Random } from "../../src/util/random.ts";
import { composeSample, fashionChannels, side } from "./compose.ts";
import { type Garments, loadGarments } from "./idx.ts";

export interface FashionOptions {
  /** Exists, or is made. */
  readonly folder: string;
  readonly numTrain: number;
  readonly numTest: number;
  readonly seed: number;
}

export interface FashionCompetition {
  /** Path of the zip. */
  readonly archive: string;
  /** Path of the labels that participants do not see. */
  readonly solution: string;
}

const numClasses = 10;
/** From 40 % of all samples down to 1 %, each class as much rarer than the one before. */
const frequencies = Array.from({ length: numClasses }, (_, label) => 0.4 * 0.025 ** (label / (numClasses - 1)));
/** One, two or three garments; 1.17 on average, the sum of the frequencies. */
const cardinalities = [0.85, 0.13, 0.02];

/** Real photographs (Fashion-MNIST) put together to a competition of many labels, four channels and a long tail. */
export async function makeFashionCompetition({
  folder,
  numTrain,
  numTest,
  seed,
}: FashionOptions): Promise<FashionCompetition> {
  await mkdir(folder, { recursive: true });
  const train = drawSamples("train", numTrain, seed);
  const test = drawSamples("test", numTest, seed);
  const archive = join(folder, "fashion.zip");
  const solution = join(folder, "solution.csv");
  await writeZip(archive, drawEntries(train, test, seed));
  await writeFile(solution, renderTable("Predicted", test));
  return { archive, solution };
}

interface Sample {
  readonly id: string;
  readonly labels: readonly number[];
}

function drawSamples(part: string, count: number, seed: number): Sample[] {
  const random = createRandom(seed, "fashion", part);
  return Array.from({ length: count }, (_, index) => ({
    id: `${part}-${String(index).padStart(5, "0")}`,
    labels: drawLabels(random),
  }));
}

function drawLabels(random: Random): number[] {
  const size = drawIndex(cardinalities, random) + 1;
  const labels = new Set<number>();
  while (labels.size < size) labels.add(drawIndex(frequencies, random));
  return [...labels].sort((a, b) => a - b);
}

async function* drawEntries(train: readonly Sample[], test: readonly Sample[], seed: number): AsyncGenerator<ZipEntry> {
  yield { path: "train.csv", content: renderTable("Target", train) };
  yield {
    path: "sample_submission.csv",
    content: renderTable(
      "Predicted",
      test.map(({ id }) => ({ id, labels: [0] })),
    ),
  };
  yield* drawImages("train", train, loadGarments("train"), seed);
  yield* drawImages("test", test, loadGarments("t10k"), seed);
}

async function* drawImages(
  folder: string,
  samples: readonly Sample[],
  garments: Garments,
  seed: number,
): AsyncGenerator<ZipEntry> {
  const byClass = Array.from({ length: numClasses }, (_, label) =>
    [...garments.classes.keys()].filter((index) => garments.classes[index] === label),
  );
  const pick = (from: readonly number[], random: Random): number =>
    from[Math.floor(random.uniform() * from.length)] as number;
  for (const { id, labels } of samples) {
    const random = createRandom(seed, id);
    const indices = labels.map((label) => pick(byClass[label] as number[], random));
    const distractor = Math.floor(random.uniform() * garments.classes.length);
    const planes = composeSample(garments, indices, distractor, random);
    for (const channel of fashionChannels)
      yield { path: `${folder}/${id}_${channel}.png`, content: encodePng(planes[channel], side) };
  }
}

function renderTable(target: string, samples: readonly Sample[]): string {
  return formatLabels(samples, { id: "Id", target, separator: " " });
}
