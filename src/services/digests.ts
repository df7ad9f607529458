import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Crc32c } from "../util/crc32c.ts";

export type DigestAlgorithm = "md5" | "sha256" | "crc32c";

export const digestAlgorithms: readonly DigestAlgorithm[] = ["md5", "sha256", "crc32c"];

/** Digests in lower-case hex; those that were asked for. */
export type Digests = { readonly [algorithm in DigestAlgorithm]?: string };

/** Digests of bytes that come piece by piece. */
export class DigestStream {
  readonly #hashes: ReadonlyMap<DigestAlgorithm, Digester>;

  constructor(algorithms: readonly DigestAlgorithm[]) {
    this.#hashes = new Map(algorithms.map((algorithm) => [algorithm, createDigester(algorithm)]));
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
    return Object.fromEntries([...this.#hashes].map(([algorithm, hash]) => [algorithm, hash.digestHex()]));
  }
}

interface Digester {
  update(chunk: Uint8Array): void;
  digestHex(): string;
}

function createDigester(algorithm: DigestAlgorithm): Digester {
  if (algorithm === "crc32c") return new Crc32c();
  const hash = createHash(algorithm);
  return { update: (chunk) => void hash.update(chunk), digestHex: () => hash.digest("hex") };
}
