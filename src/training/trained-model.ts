import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import { atomicWrite } from "../util/atomic-write.ts";
import type { AugmentSetting } from "./augment/draw.ts";
import type { Normalization } from "./augment/prepare-images.ts";
import type { ArchName } from "./models/architecture.ts";
import type { HeadOptions } from "./models/head.ts";
import { createNetwork, type Network } from "./models/network.ts";
import type { NamedArray } from "./weights/named-arrays.ts";
import { exportWeights, importWeights } from "./weights/network-weights.ts";
import { loadSafetensors, saveSafetensors } from "./weights/safetensors.ts";

/** What the artifact `model` says of its network: `model.json`, see docs/reference/artifacts.md. */
export interface ModelDescription {
  readonly version: 1;
  readonly arch: ArchName;
  /** In the order in which the network takes them. */
  readonly channels: readonly string[];
  readonly numClasses: number;
  readonly classNames: readonly string[] | null;
  readonly head: HeadOptions;
  readonly normalize: Normalization;
  /** Width and height of the images it was trained on last, in pixels. */
  readonly size: number;
  /** How the images of the last phase were changed; null: they were not. */
  readonly augment: AugmentSetting | null;
  /** Epochs behind its weights. */
  readonly epoch: number;
  /** Of that epoch. */
  readonly metrics: Readonly<Record<string, number>>;
}

const descriptionName = "model.json";
const weightsName = "weights.safetensors";

/** Writes a model into a folder that exists. */
export async function saveModel(folder: string, description: ModelDescription, network: Network): Promise<void> {
  await saveSafetensors(join(folder, weightsName), exportWeights(network));
  await atomicWrite(join(folder, descriptionName), `${JSON.stringify(description, null, 2)}\n`);
}

/** Reads what a model says of itself, without its weights. */
export async function loadModelDescription(folder: string): Promise<ModelDescription> {
  const path = join(folder, descriptionName);
  const description = JSON.parse(await readFile(path, "utf8")) as ModelDescription;
  if (description.version !== 1) fail("input", `${path} has version ${description.version}, expected 1.`);
  return description;
}

/** The weights of a model, without a network to put them into: names and layouts of docs/reference/artifacts.md. */
export async function loadWeights(folder: string): Promise<Map<string, NamedArray>> {
  return loadSafetensors(join(folder, weightsName));
}

/** Builds the network of a model and gives it the model's weights, all of them. `seed` decides its dropout. */
export async function loadNetwork(folder: string, description: ModelDescription, seed: number): Promise<Network> {
  const { arch, channels, numClasses, head } = description;
  const network = createNetwork({ arch, numChannels: channels.length, numClasses, head, seed });
  const path = join(folder, weightsName);
  importWeights(network, await loadSafetensors(path), path);
  return network;
}

/** Names of the classes; their indices where they have none. */
export function namesOfClasses({ classNames, numClasses }: ModelDescription): readonly string[] {
  return classNames ?? Array.from({ length: numClasses }, (_, label) => String(label));
}
