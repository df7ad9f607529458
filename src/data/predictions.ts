import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import { atomicWrite } from "../util/atomic-write.ts";
import { loadNpy, type NpyArray, saveNpy } from "./npy.ts";

/** What a model says of samples, as the artifact `predictions` keeps it. Arrays are `[numSamples, numClasses]`, C order. */
export interface Predictions {
  readonly ids: readonly string[];
  readonly numClasses: number;
  readonly classNames: readonly string[] | null;
  /** Before the sigmoid. */
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
  /** 1 where the sample has the label; `null` when labels are not known. */
  readonly labels: Uint8Array | null;
}

interface Description {
  readonly version: 1;
  readonly numSamples: number;
  readonly numClasses: number;
  readonly classNames: readonly string[] | null;
  readonly ids: readonly string[];
}

/** Writes predictions into a folder that exists. */
export async function savePredictions(folder: string, predictions: Predictions): Promise<void> {
  const { ids, numClasses, classNames, logits, probabilities, labels } = predictions;
  const shape = [ids.length, numClasses];
  const description: Description = { version: 1, numSamples: ids.length, numClasses, classNames, ids };
  await saveNpy(join(folder, "logits.npy"), { values: logits, shape });
  await saveNpy(join(folder, "probabilities.npy"), { values: probabilities, shape });
  if (labels) await saveNpy(join(folder, "labels.npy"), { values: labels, shape });
  await atomicWrite(join(folder, "predictions.json"), `${JSON.stringify(description)}\n`);
}

/** Reads what `savePredictions` wrote; arrays of other shapes than the description's are a failure of the input. */
export async function loadPredictions(folder: string): Promise<Predictions> {
  const { ids, numSamples, numClasses, classNames } = await readDescription(folder);
  const check = ({ shape }: { readonly shape: readonly number[] }, name: string): void => {
    if (shape.length === 2 && shape[0] === numSamples && shape[1] === numClasses) return;
    fail("input", `${join(folder, name)} has the shape (${shape}), expected (${numSamples}, ${numClasses}).`);
  };
  const logits = await loadNpy(join(folder, "logits.npy"), "float32");
  const probabilities = await loadNpy(join(folder, "probabilities.npy"), "float32");
  const labels = await loadIfThere(join(folder, "labels.npy"));
  check(logits, "logits.npy");
  check(probabilities, "probabilities.npy");
  if (labels) check(labels, "labels.npy");
  return {
    ids,
    numClasses,
    classNames,
    logits: logits.values,
    probabilities: probabilities.values,
    labels: labels?.values ?? null,
  };
}

async function readDescription(folder: string): Promise<Description> {
  const path = join(folder, "predictions.json");
  const description = JSON.parse(await readFile(path, "utf8")) as Description;
  if (description.version !== 1) fail("input", `${path} has version ${description.version}, expected 1.`);
  if (description.ids.length !== description.numSamples) {
    fail("input", `${path} lists ${description.ids.length} ids for ${description.numSamples} samples.`);
  }
  return description;
}

async function loadIfThere(path: string): Promise<NpyArray<Uint8Array> | undefined> {
  try {
    return await loadNpy(path, "uint8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
