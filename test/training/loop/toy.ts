import type { SampleSet } from "../../../src/training/batches/sample-set.ts";
import type { TrainingRecipe } from "../../../src/training/loop/recipe.ts";
import type { TrainingObserver } from "../../../src/training/loop/training.ts";
import { createRandom } from "../../../src/util/random.ts";

/** Three labels, each a bright stripe in a channel of its own; easy to learn, and several may be there at once. */
export function createToySamples(numSamples: number, seed: number, size = 32): SampleSet {
  const numChannels = 4;
  const numClasses = 3;
  const length = size * size * numChannels;
  const labels: number[][] = [];
  const images: Uint8Array[] = [];
  for (let sample = 0; sample < numSamples; sample += 1) {
    const random = createRandom("toy", seed, sample);
    const present = [0, 1, 2].filter(() => random.uniform() < 0.4);
    const image = new Uint8Array(length);
    for (let index = 0; index < length; index += 1) image[index] = Math.floor(random.uniform() * 60);
    for (const label of present) {
      const row = 4 + Math.floor(random.uniform() * 20);
      for (let x = 0; x < size; x += 1) for (let y = row; y < row + 6; y += 1) image[(y * size + x) * 4 + label] = 220;
    }
    labels.push(present);
    images.push(image);
  }
  return {
    numSamples,
    numClasses,
    size,
    numChannels,
    labels,
    async readImages(positions) {
      const bytes = new Uint8Array(positions.length * length);
      for (const [row, position] of positions.entries()) bytes.set(images[position]!, row * length);
      return bytes;
    },
  };
}

export const toyNormalization = { mean: [0.2, 0.2, 0.2, 0.1], std: [0.25, 0.25, 0.25, 0.1] };

/** Hears nothing. */
export const deafObserver: TrainingObserver = {
  resumed: () => {},
  trained: () => {},
  validated: () => {},
  shrunk: () => {},
  stopped: () => {},
  recalibrated: () => {},
  missedAverage: () => {},
  finished: () => {},
};

const everyPhase = {
  size: 32,
  batchNorm: "train",
  loss: { type: "focal", gamma: 2 },
  optimizer: { type: "adam" },
  clipNorm: 1,
} as const;

/** A frozen epoch and two cycles, with everything that draws random numbers switched on. */
export const toyRecipe: TrainingRecipe = {
  phases: [
    {
      ...everyPhase,
      name: "head",
      freeze: "body",
      cycles: { epochs: 1 },
      learningRates: [0.01, 0.01, 0.01],
      schedule: { type: "constant" },
      batch: 16,
    },
    {
      ...everyPhase,
      name: "all",
      freeze: "none",
      cycles: { cycles: 2, cycle_len: 2 },
      learningRates: [0.002, 0.005, 0.01],
      schedule: { type: "circular", div: 10, cut_div: 4 },
      batch: 16,
      augment: { rotate: { degrees: 10 }, dihedral: true, lighting: { brightness: 0.05, contrast: 0.05 } },
    },
  ],
  top: 1,
  monitor: { metric: "val/macro_f1", direction: "maximize" },
  keep: "best",
  threshold: 0.5,
  seed: 42,
};
