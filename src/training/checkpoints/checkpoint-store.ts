import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite } from "../../util/atomic-write.ts";
import type { TrainingState } from "../loop/state.ts";
import type { NamedArrays } from "../weights/named-arrays.ts";
import { loadSafetensors, saveSafetensors } from "../weights/safetensors.ts";

/** A moment of a training. */
export interface Checkpoint {
  readonly state: TrainingState;
  /** Weights, statistics and the optimizer's arrays. */
  readonly arrays: NamedArrays;
  /** Steps of the phase's optimizer. */
  readonly optimizerCount: number;
}

/** Keeps the newest moment of a training, and the weights of its best epoch, in a folder. */
export interface CheckpointStore {
  /** `undefined` when there is none. */
  load(): Promise<Checkpoint | undefined>;
  /**
   * Replaces the newest moment: the one before stays until this one is on the disk, so that a crash at any instant leaves
   * one of them. With `best`, these weights become the best epoch's in the same instant.
   */
  save(checkpoint: Checkpoint, best?: NamedArrays): Promise<void>;
  /** The best epoch's weights; only called after one was saved. */
  loadBest(): Promise<NamedArrays>;
}

/** `checkpoint.json`, whose renaming commits a checkpoint; the other files of the folder mean nothing without it. */
interface Manifest {
  readonly version: 2;
  readonly sequence: number;
  readonly arrays: string;
  readonly best: string | null;
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
    async save({ state, arrays, optimizerCount }, best) {
      const sequence = (current?.sequence ?? 0) + 1;
      const names = { arrays: `${sequence}-training.safetensors`, best: `${sequence}-best.safetensors` };
      await saveSafetensors(join(folder, names.arrays), arrays);
      if (best) await saveSafetensors(join(folder, names.best), best);
      const bestName = best ? names.best : (current?.best ?? null);
      const next: Manifest = { version: 2, sequence, arrays: names.arrays, best: bestName, optimizerCount, state };
      await atomicWrite(join(folder, manifestName), JSON.stringify(next));
      current = next;
      await removeOthers(folder, next);
    },
    async loadBest() {
      if (!current?.best) throw new Error("no best weights were saved");
      return loadSafetensors(join(folder, current.best));
    },
  };
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, manifestName), "utf8")) as Manifest;
    return manifest.version === 2 ? manifest : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** What earlier checkpoints left, finished or not. */
async function removeOthers(folder: string, { arrays, best }: Manifest): Promise<void> {
  const kept = new Set([manifestName, arrays, best]);
  for (const name of await readdir(folder)) if (!kept.has(name)) await rm(join(folder, name), { force: true });
}
