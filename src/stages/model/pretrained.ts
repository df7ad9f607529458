import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { fail } from "../../base/failure.ts";
import { downloadFromHub } from "../../services/huggingface.ts";
import type { Network } from "../../training/models/network.ts";
import { importPretrained } from "../../training/weights/network-weights.ts";
import { loadSafetensors } from "../../training/weights/safetensors.ts";
import { sha256File } from "../../util/sha256.ts";
import type { ModelTrainWith } from "../generated/model-train.ts";
import type { StageContext } from "../stage-kind.ts";

type Weights = NonNullable<ModelTrainWith["weights"]>;
type HubWeights = Extract<Weights, { readonly huggingface: string }>;

export interface FirstLayer {
  /** Of the dataset, in order. */
  readonly channels: readonly string[];
  /** `conv1_init`. */
  readonly conv1Init: string;
}

/** Gives the network's body the weights of a safetensors file, from the hub or the disk, and says what was loaded. */
export async function loadPretrained(
  stage: StageContext<unknown>,
  network: Network,
  weights: Weights,
  firstLayer: FirstLayer,
): Promise<void> {
  const path = "huggingface" in weights ? await download(stage, weights) : await checkFile(weights);
  const arrays = await loadSafetensors(path);
  const report = importPretrained(network, arrays, { ...firstLayer, source: basename(path) });
  const left = report.ignored.length > 0 ? `; not needed: ${report.ignored.join(", ")}` : "";
  stage.log("info", `loaded ${report.numLoaded} pretrained arrays from ${basename(path)}${left}`);
}

async function download(stage: StageContext<unknown>, weights: HubWeights): Promise<string> {
  const { huggingface: repository, file, revision, sha256 } = weights;
  return downloadFromHub({
    ...{ repository, file, revision },
    ...(sha256 !== undefined && { sha256 }),
    folder: stage.downloadStore,
    environment: stage.environment,
    signal: stage.signal,
    onNotice: (text) => stage.log("warning", text),
    onProgress: ({ receivedBytes, totalBytes }) =>
      stage.progress({
        activity: `downloading ${repository}`,
        done: receivedBytes,
        ...(totalBytes !== undefined && { total: totalBytes }),
        unit: "bytes",
      }),
  });
}

async function checkFile({ file, sha256 }: { readonly file: string; readonly sha256?: string }): Promise<string> {
  const found = await stat(file).catch(() => fail("input", `The weights ${file} are not there.`));
  if (!found.isFile()) fail("input", `The weights ${file} are not a file.`, "Name the safetensors file in the folder.");
  if (sha256 === undefined) return file;
  const actual = await sha256File(file);
  if (actual !== sha256) {
    fail("input", `The weights ${file} have the SHA-256 ${actual}, expected ${sha256}.`, "Take the right file.");
  }
  return file;
}
