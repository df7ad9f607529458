import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";

/** Files up to this size are hashed in one read; larger ones in pieces of this size, giving way to other work between. */
const pieceBytes = 1 << 20;

/** SHA-256 of a text (as UTF-8) or of bytes, in hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** SHA-256 of a file's content, in hex, reading it in pieces of 1 MiB. With `sync`, its data are on the disk afterwards. */
export async function sha256File(path: string, options: { readonly sync?: boolean } = {}): Promise<string> {
  const file = await open(path, "r");
  try {
    const hash = createHash("sha256");
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, (await file.stat()).size + 1));
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, null);
      if (bytesRead === 0) break;
      hash.update(piece.subarray(0, bytesRead));
    }
    if (options.sync) await file.sync();
    return hash.digest("hex");
  } finally {
    await file.close();
  }
}

/** The same by synchronous calls, for a thread of its own: a small file takes a quarter of the processor time. */
export function sha256FileSync(path: string): string {
  const file = openSync(path, "r");
  try {
    const hash = createHash("sha256");
    piece ??= Buffer.allocUnsafeSlow(pieceBytes);
    for (;;) {
      const bytesRead = readSync(file, piece, 0, piece.length, null);
      hash.update(piece.subarray(0, bytesRead));
      // A piece that is not full may be the last one; only an empty one is.
      if (bytesRead === 0) return hash.digest("hex");
    }
  } finally {
    closeSync(file);
  }
}

/** One for all files of a thread: to make it takes longer than to read a small file. */
let piece: Buffer | undefined;
