import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { RandomAccessReader } from "yauzl";

const blockBytes = 1024 * 1024;

/**
 * Reads an archive for yauzl a block at a time. The directory of a large archive is some hundred thousand records of a hundred bytes each;
 * one system call for every record would take longer than to unpack them.
 */
export class BlockReader extends RandomAccessReader {
  readonly #file: FileHandle;
  #block = Buffer.alloc(0);
  #start = 0;

  constructor(file: FileHandle) {
    super();
    this.#file = file;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#copy(buffer, offset, length, position).then(
      () => callback(null),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  }

  /** Contents are read by the unpacking threads, never through yauzl. */
  override _readStreamForRange(): Readable {
    return Readable.from([]);
  }

  /** The file belongs to whoever opened it. */
  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }

  async #copy(buffer: Buffer, offset: number, length: number, position: number): Promise<void> {
    if (position < this.#start || position + length > this.#start + this.#block.length)
      await this.#load(length, position);
    const from = position - this.#start;
    if (from + length > this.#block.length) throw new Error("it ends too early");
    this.#block.copy(buffer, offset, from, from + length);
  }

  async #load(length: number, position: number): Promise<void> {
    const block = Buffer.allocUnsafe(Math.max(length, blockBytes));
    const { bytesRead } = await this.#file.read(block, 0, block.length, position);
    this.#block = block.subarray(0, bytesRead);
    this.#start = position;
  }
}
