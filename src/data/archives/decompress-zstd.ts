import { closeSync, openSync, readSync } from "node:fs";
import { ZSTDDecoder } from "zstddec/stream";

const blockBytes = 128 * 1024;
/** Frames without content are legal, and give nothing; the decoder gives nothing for ever when it has met an error. */
const maxEmptyBlocks = 1000;

/**
 * The content of a zstd file (RFC 8878), a block at a time. Throws when it is damaged or ends too early. Node itself has zstd from 22.15
 * on; this decoder, the reference implementation compiled to WebAssembly, also runs on 20.
 */
export async function* decompressZstd(path: string, onRead: (doneBytes: number) => void): AsyncGenerator<Uint8Array> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const file = openSync(path, "r");
  let emptyBlocks = 0;
  const read = function* (): Generator<Uint8Array> {
    let done = 0;
    for (;;) {
      const block = new Uint8Array(blockBytes);
      const length = readSync(file, block, 0, blockBytes, done);
      if (length === 0) return;
      done += length;
      emptyBlocks = 0;
      onRead(done);
      yield block.subarray(0, length);
    }
  };
  try {
    for (const block of decoder.decodeStreaming(read())) {
      emptyBlocks = block.length === 0 ? emptyBlocks + 1 : 0;
      if (emptyBlocks > maxEmptyBlocks) throw new Error("its zstd data are damaged");
      if (block.length > 0) yield block;
    }
  } finally {
    closeSync(file);
  }
}
