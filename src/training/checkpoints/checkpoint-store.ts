import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite } from "../../util/atomic-write.ts";
import type { TrainingState } from "../loop/state.ts";
import type { NamedArrays } from "../weights/named-arrays.ts";
import { loadSafetensors, saveSafetensors } from "../weights/safetensors.ts";

/** A moment of a training. */
export interface Checkpoint {
  readonly state: TrainingState;
  /** Weights, statistics, averages of them, and the optimizer's arrays. */
  readonly arrays: NamedArrays;
  /** Steps of the phase's optimizer. */
  readonly optimizerCount: number;
}

/** Changes to the sets of weights that are kept beside the newest moment. */
export interface WeightsChange {
  /** New ones, by key. */
  readonly added: ReadonlyMap<string, NamedArrays>;
  /** Keys of all that are kept from now on. */
  readonly kept: readonly string[];
}

/** Keeps the newest moment of a training, and the weights of some epochs, in a folder. */
export interface CheckpointStore {
  /** `undefined` when there is none. */
  load(): Promise<Checkpoint | undefined>;
  /**
   * Replaces the newest moment: the one before stays until this one is on the disk, so that a crash at any instant leaves
   * one of them. The change of the kept weights happens in the same instant.
   */
  save(checkpoint: Checkpoint, change?: WeightsChange): Promise<void>;
  /** Kept weights; only called for keys that are kept. */
  loadWeights(key: string): Promise<NamedArrays>;
}

/** `checkpoint.json`, whose renaming commits a checkpoint; the other files of the folder mean nothing without it. */
interface Manifest {
  readonly version: 3;
  readonly sequence: number;
  readonly arrays: string;
  /** Files of kept weights, by key. */
  readonly weights: Readonly<Record<string, string>>;
  readonly optimizerCount: number;
  readonly state: TrainingState;
}

const manifestName = "checkpoint.json";

/** Opens the folder's checkpoints, making it when it is missing. What another version wrote is not used. */
export async function openCheckpoints(folder: string): Promise<CheckpointStore> {
  await mkdir(folder, { recursive: true });
  let current = await readManifest(folder);

  return {
    async load() {
      if (!current) return undefined;
      const { state, optimizerCount, arrays } = current;
      return { state, optimizerCount, arrays: await loadSafetensors(join(folder, arrays)) };
    },
    async save({ state, arrays, optimizerCount }, change) {
      const sequence = (current?.sequence ?? 0) + 1;
      const name = `${sequence}-training.safetensors`;
      await saveSafetensors(join(folder, name), arrays);
      const weights = await saveWeights(folder, { sequence, before: current?.weights ?? {}, change });
      const next: Manifest = { version: 3, sequence, arrays: name, weights, optimizerCount, state };
      await atomicWrite(join(folder, manifestName), JSON.stringify(next));
      current = next;
      await removeOthers(folder, next);
    },
    async loadWeights(key) {
      const file = current?.weights[key];
      if (file === undefined) throw new Error(`no weights are kept as ${key}`);
      return loadSafetensors(join(folder, file));
    },
  };
}

interface WeightsPlace {
  readonly sequence: number;
  readonly before: Manifest["weights"];
  readonly change: WeightsChange | undefined;
}

/** Writes new weights; the files of all that are kept. */
async function saveWeights(folder: string, { sequence, before, change }: WeightsPlace): Promise<Manifest["weights"]> {
  if (!change) return before;
  const files: Record<string, string> = {};
  for (const key of change.kept) {
    const arrays = change.added.get(key);
    const file = arrays ? `${sequence}-${key}.safetensors` : before[key];
    if (file === undefined) throw new Error(`there are no weights to keep as ${key}`);
    if (arrays) await saveSafetensors(join(folder, file), arrays);
    files[key] = file;
  }
  return files;
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, manifestName), "utf8")) as Manifest;
    return manifest.version === 3 ? manifest : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** What earlier checkpoints left, finished or not. */
async function removeOthers(folder: string, { arrays, weights }: Manifest): Promise<void> {
  const kept = new Set([manifestName, arrays, ...Object.values(weights)]);
  for (const name of await readdir(folder)) if (!kept.has(name)) await rm(join(folder, name), { force: true });
}
