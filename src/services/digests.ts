import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";

export type DigestAlgorithm = "md5" | "sha256";

/** Digests in lower-case hex; those that were asked for. */
export type Digests = { readonly [algorithm in DigestAlgorithm]?: string };

/** Digests of bytes that come piece by piece. */
export class DigestStream {
  readonly #hashes: ReadonlyMap<DigestAlgorithm, Hash>;

  constructor(algorithms: readonly DigestAlgorithm[]) {
    this.#hashes = new Map(algorithms.map((algorithm) => [algorithm, createHash(algorithm)]));
  }

  update(chunk: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(chunk);
  }

  /** Reads a file's first `numBytes` bytes. */
  async updateFromFile(path: string, numBytes: number): Promise<void> {
    if (numBytes === 0 || this.#hashes.size === 0) return;
    const stream = createReadStream(path, { end: numBytes - 1, highWaterMark: 1024 * 1024 });
    for await (const chunk of stream as AsyncIterable<Uint8Array>) this.update(chunk);
  }

  /** Ends the stream. */
  finish(): Digests {
    return Object.fromEntries([...this.#hashes].map(([algorithm, hash]) => [algorithm, hash.digest("hex")]));
  }
}
