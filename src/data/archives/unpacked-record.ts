import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { identifyProcess } from "../../util/process-identity.ts";

interface Mark {
  /** Of this start of the machine: what an earlier one wrote may never have reached the disk. */
  readonly bootId: string;
  readonly unpackedBytes: number;
}

/**
 * Which archives inside an archive are unpacked to their last byte, for the attempt after a killed one. That an archive is gone and its
 * folder is there says nothing: it may not have been written yet, and the folder be one that the outer archive holds itself.
 */
export class UnpackedRecord {
  readonly #folder: string;
  readonly #bootId = identifyProcess(process.pid).bootId;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What the archive at this place, relative to the target, unpacked to; `undefined` unless all of it is there. */
  unpackedBytes(place: string): number | undefined {
    try {
      const mark = JSON.parse(readFileSync(join(this.#folder, place), "utf8")) as Mark;
      return mark.bootId === this.#bootId ? mark.unpackedBytes : undefined;
    } catch {
      // There is none, or only a part of one was written.
      return undefined;
    }
  }

  async add(place: string, unpackedBytes: number): Promise<void> {
    const mark: Mark = { bootId: this.#bootId, unpackedBytes };
    await mkdir(dirname(join(this.#folder, place)), { recursive: true });
    await writeFile(join(this.#folder, place), JSON.stringify(mark));
  }

  /** Forgets what is unpacked below a folder of the target, `""` for all of it. */
  async forget(place: string): Promise<void> {
    await rm(join(this.#folder, place), { recursive: true, force: true });
  }
}
