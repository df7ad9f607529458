import { readFileSync } from "node:fs";
import { type ArchName, describeBody, listUnits } from "../../src/training/models/architecture.ts";
import { describeHead, type HeadOptions } from "../../src/training/models/head.ts";
import { createNetwork, type Network } from "../../src/training/models/network.ts";
import { uploadFloats } from "../../src/training/runtime/upload.ts";
import type { NamedArray } from "../../src/training/weights/named-arrays.ts";
import { importWeights } from "../../src/training/weights/network-weights.ts";
import { hashImages, hashLabels, hashWeights } from "./hash-numbers.ts";

export const numChannels = 4;
export const numClasses = 28;
export const fixturesFolder = new URL("fixtures/", import.meta.url);

interface TrainingTrace {
  readonly losses: readonly number[];
  readonly norms: readonly number[];
}

interface GradientCase {
  readonly width: number;
  readonly size: number;
  readonly batch: number;
  readonly loss: number;
}

/** Results of resnet.py. */
export interface ResnetFixture {
  readonly logits: Readonly<Record<ArchName, readonly number[]>>;
  readonly gradients: Readonly<Record<"resnet18" | "resnet50", GradientCase>>;
  readonly runningStatistics: Readonly<Record<string, readonly number[]>>;
  readonly training: Readonly<Record<"adam" | "adam with decay" | "adamw" | "sgd", TrainingTrace>>;
}

export function readFixture(): ResnetFixture {
  return JSON.parse(readFileSync(new URL("resnet.json", fixturesFolder), "utf8"));
}

export interface ReferenceNetwork {
  readonly arch: ArchName;
  readonly width: number;
  readonly hidden: readonly number[];
  /** `concat` unless it says otherwise. */
  readonly pool?: HeadOptions["pool"];
}

/** Weights as resnet.py gives them to torchvision's network and fastai's head. */
export function referenceWeights({ arch, width, hidden, pool = "concat" }: ReferenceNetwork): Map<string, NamedArray> {
  const shapes = new Map<string, readonly number[]>();
  const addNorm = (name: string, size: number) => {
    for (const part of ["weight", "bias", "running_mean", "running_var"]) shapes.set(`${name}.${part}`, [size]);
  };
  const spec = describeBody({ arch, numChannels, width });
  for (const { convolution, norm, outputs, inputs, kernel } of listUnits(spec)) {
    shapes.set(`${convolution}.weight`, [outputs, inputs, kernel, kernel]);
    addNorm(norm, outputs);
  }
  for (const { norm, linear, inputs, outputs } of describeHead({ pool, hidden, dropout: 0 }, { ...spec, numClasses })) {
    addNorm(norm, inputs);
    shapes.set(`${linear}.weight`, [outputs, inputs]);
    shapes.set(`${linear}.bias`, [outputs]);
  }
  return hashWeights(shapes);
}

/** The network of resnet.py, with random weights. */
export function createRandomNetwork({ arch, width, hidden, pool = "concat" }: ReferenceNetwork): Network {
  const head = { pool, hidden, dropout: 0 };
  return createNetwork({ arch, width, numChannels, numClasses, head, seed: 0 });
}

export function createReferenceNetwork(options: ReferenceNetwork): Network {
  const network = createRandomNetwork(options);
  importWeights(network, referenceWeights(options), "the reference");
  return network;
}

export function referenceBatch(size: number, count: number) {
  return {
    images: uploadFloats(hashImages(count * size * size * numChannels), [count, size, size, numChannels]),
    labels: uploadFloats(hashLabels(count * numClasses), [count, numClasses]),
  };
}

/** The largest difference, relative to the largest reference value. */
export function relativeError(values: ArrayLike<number>, reference: ArrayLike<number>): number {
  let [difference, scale] = [0, 1e-12];
  for (let index = 0; index < reference.length; index += 1) {
    difference = Math.max(difference, Math.abs((values[index] ?? Number.NaN) - (reference[index] as number)));
    scale = Math.max(scale, Math.abs(reference[index] as number));
  }
  return difference / scale;
}
