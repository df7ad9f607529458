// `npm run bench:pictures`: what the pictures of the quickstart's stages cost, drawing and writing. Each line is the median of the turns.
//   npm run bench:pictures -- [--turns 5]
// Images are noise, the worst case for a PNG; there are 135 validation samples of 64 px in four channels, and 28 classes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { encodePng } from "../dist/data/encode-png.js";
import { gridOfPredictions, topLosses } from "../dist/stages/pictures/prediction-sheets.js";
import { montageOf } from "../dist/stages/pictures/sample-montage.js";
import { showPicture } from "../dist/stages/pictures/show-picture.js";
import { createRandom } from "../dist/util/random.js";
import { median } from "./median.mjs";

const { values } = parseArgs({ options: { turns: { type: "string", default: "5" } } });
const [numSamples, numClasses, size] = [135, 28, 64];
const channels = ["red", "green", "blue", "yellow"];
const random = createRandom("bench", "pictures");
const uniforms = (length) => Float32Array.from({ length }, () => random.uniform());
const noise = (length) => Uint8Array.from(uniforms(length), (value) => 256 * value);

const folder = mkdtempSync(join(tmpdir(), "pipe-bench-pictures-"));
const stage = { output: () => folder, showImage: () => {} };
const ids = Array.from({ length: numSamples }, (_, index) => `s${index}`);
const probabilities = uniforms(numSamples * numClasses).map((value) => value ** 10);
const shown = {
  moment: "epoch 10 (all)",
  predictions: { ids, numClasses, classNames: null, labels: probabilities.map(Math.round), probabilities },
  samples: { numSamples, size, readImages: async (positions) => noise(positions.length * size * size * 4) },
  ...{ channels, threshold: 0.5 },
};
const dataset = {
  ...{ channels, numClasses, classNames: null },
  images: { folder, pattern: "{id}_{channel}.png", ids },
  samples: { rows: [...ids.keys()], labels: ids.map((_, index) => [index % numClasses]) },
};

const works = {
  "model/train, an epoch": async () => {
    const step = 10;
    await Promise.all([
      showPicture(stage, { key: "predictions", step, sheet: await gridOfPredictions(shown, 42) }),
      showPicture(stage, { key: "top-losses", step, sheet: await topLosses(shown, uniforms(numSamples)) }),
    ]);
  },
  "dataset/stats": async () => {
    const { signal } = new AbortController();
    await showPicture(stage, { key: "samples", step: 0, sheet: await montageOf(dataset, { numWorkers: 2, signal }) });
  },
};

try {
  for (const id of ids)
    for (const channel of channels)
      writeFileSync(join(folder, `${id}_${channel}.png`), encodePng(noise(size * size), size));
  for (const [name, work] of Object.entries(works)) {
    const turns = [];
    for (let turn = 0; turn < Number(values.turns); turn += 1) turns.push(await measure(work));
    const [wall, processor] = ["wall", "processor"].map((kind) => median(turns.map((turn) => turn[kind])));
    console.log(`${name}: ${wall.toFixed(0)} ms, ${processor.toFixed(0)} ms of processor time`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(work) {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - startedAt, processor: (user + system) / 1000 };
}
