import { stat } from "node:fs/promises";
import { checkFreeBytes, readFreeBytes } from "../../base/disk-space.ts";
import { formatBytes } from "../../util/format-bytes.ts";
import { refuseArchive } from "./archive-failures.ts";

/** Below this nothing is called a bomb: it harms nobody, and a file of blanks does pack a thousand times smaller. */
const harmlessBytes = 64 * 1024 * 1024;

/** What an archive may unpack to, all archives inside it included: a bomb in many small parts is one bomb. */
export class SizeBudget {
  readonly #archive: string;
  readonly #packedBytes: number;
  readonly #maxRatio: number;
  #spentBytes = 0;

  constructor(archive: string, packedBytes: number, maxRatio: number) {
    this.#archive = archive;
    this.#packedBytes = packedBytes;
    this.#maxRatio = maxRatio;
  }

  get spentBytes(): number {
    return this.#spentBytes;
  }

  /** Refuses the archive when it comes to more than `maxRatio` times its own size. */
  spend(bytes: number): void {
    this.#spentBytes += bytes;
    if (this.#spentBytes <= harmlessBytes || this.#spentBytes <= this.#maxRatio * this.#packedBytes) return;
    const sizes = `its ${formatBytes(this.#packedBytes)} unpack to ${formatBytes(this.#spentBytes)} or more`;
    refuseArchive(this.#archive, `${sizes}, over ${this.#maxRatio} times as much (max_ratio)`);
  }
}

/** The budget of the outermost archive. */
export async function openBudget(archive: string, maxRatio: number): Promise<SizeBudget> {
  return new SizeBudget(archive, (await stat(archive)).size, maxRatio);
}

/** Fails unless that many bytes more fit on the target's disk. */
export async function checkRoom(archive: string, target: string, neededBytes: number): Promise<void> {
  checkFreeBytes(target, `unpacking ${archive}`, { needed: neededBytes, free: await readFreeBytes(target) });
}
