import { fail } from "../../base/failure.ts";
import type { Dataset } from "../../data/dataset.ts";
import { type DatasetStats, loadStats } from "../../data/dataset-stats.ts";
import type { Normalization } from "../../training/augment/prepare-images.ts";
import type { ArchName } from "../../training/models/architecture.ts";
import type { HeadOptions } from "../../training/models/head.ts";
import { createNetwork, type Network } from "../../training/models/network.ts";
import { loadModelDescription, loadNetwork } from "../../training/trained-model.ts";
import type { ModelTrainWith } from "../generated/model-train.ts";
import type { StageContext } from "../stage-kind.ts";
import { loadPretrained } from "./pretrained.ts";

/** The network that training begins with. */
export interface StartingPoint {
  readonly network: Network;
  readonly arch: ArchName;
  readonly head: HeadOptions;
  readonly normalize: Normalization;
}

/** The parameters that say where training begins. */
type StartWith = Pick<ModelTrainWith, "init" | "arch" | "weights" | "conv1_init" | "head" | "stats" | "seed">;
type Stage = StageContext<StartWith>;

/** A given model with all its weights, or a new network with random or pretrained ones. */
export async function createStartingPoint(stage: Stage, dataset: Dataset): Promise<StartingPoint> {
  const { init } = stage.with;
  return init === undefined ? createNew(stage, dataset) : continueModel(stage, init, dataset);
}

async function continueModel(stage: Stage, folder: string, dataset: Dataset): Promise<StartingPoint> {
  if (stage.with.weights !== undefined) {
    fail("configuration", "Both init and weights are given, and the model of init has weights already.", "Drop one.");
  }
  const model = await loadModelDescription(folder);
  checkChannels("The model of init takes", model.channels, dataset);
  if (model.numClasses !== dataset.numClasses) {
    fail(
      "configuration",
      `The model of init predicts ${model.numClasses} classes; the dataset has ${dataset.numClasses}.`,
      "Take a model that was trained for the same labels.",
    );
  }
  const { arch, head, normalize } = model;
  const network = await loadNetwork(folder, model, stage.with.seed);
  stage.log("info", `goes on from a ${arch} trained for ${model.epoch} epochs, last at ${model.size} px`);
  return { network, arch, head, normalize };
}

async function createNew(stage: Stage, dataset: Dataset): Promise<StartingPoint> {
  const { arch, head, seed, weights, conv1_init: conv1Init } = stage.with;
  const normalize = await loadNormalization(stage.with.stats, dataset);
  const numChannels = dataset.channels.length;
  const network = createNetwork({ arch, numChannels, numClasses: dataset.numClasses, head, seed });
  if (weights) await loadPretrained(stage, network, weights, { channels: dataset.channels, conv1Init });
  return { network, arch, head, normalize };
}

async function loadNormalization(path: string | undefined, dataset: Dataset): Promise<Normalization> {
  if (path === undefined) {
    fail(
      "configuration",
      "Neither stats nor init says how images are to be normalised.",
      "Add a dataset/stats stage and give its output: stats: ${{ stages.stats.outputs.stats }}",
    );
  }
  const stats = await loadStats(path);
  checkChannels("The stats are of", stats.channels, dataset);
  checkDeviations(stats);
  return { mean: stats.mean, std: stats.std };
}

function checkChannels(what: string, channels: readonly string[], dataset: Dataset): void {
  if (channels.join() === dataset.channels.join()) return;
  fail(
    "configuration",
    `${what} the channels ${channels.join(", ")}; the dataset has ${dataset.channels.join(", ")}.`,
    "Build the dataset with the same channels in the same order.",
  );
}

function checkDeviations({ std, channels }: DatasetStats): void {
  const flat = channels.filter((_, index) => !((std[index] as number) > 0));
  if (flat.length === 0) return;
  fail(
    "input",
    `All pixels of ${flat.join(", ")} are equal, so these images cannot be normalised.`,
    "Leave the channel out of the dataset.",
  );
}
