/** Takes a stream of pieces apart into parts of known lengths. */
export interface ByteReader {
  /** The next bytes as text up to a line feed, without it. Throws when none comes within `maxBytes`. */
  readLine(maxBytes: number): Promise<string>;
  /** The next `numBytes` bytes in pieces, none of them copied. Throws `ShortStreamError` when the stream ends before. */
  take(numBytes: number): AsyncGenerator<Uint8Array>;
  isAtEnd(): Promise<boolean>;
}

/** A stream has fewer bytes than were to be taken. */
export class ShortStreamError extends Error {}

export function createByteReader(pieces: AsyncIterable<Uint8Array>): ByteReader {
  const source = pieces[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  const fill = async (): Promise<boolean> => {
    while (rest.length === 0) {
      const next = await source.next();
      if (next.done) return false;
      rest = next.value;
    }
    return true;
  };
  const cut = (numBytes: number): Uint8Array => {
    const piece = rest.subarray(0, numBytes);
    rest = rest.subarray(piece.length);
    return piece;
  };
  async function* take(numBytes: number): AsyncGenerator<Uint8Array> {
    for (let left = numBytes; left > 0; ) {
      if (!(await fill())) throw new ShortStreamError(`it ends ${left} bytes too early`);
      const piece = cut(left);
      left -= piece.length;
      yield piece;
    }
  }
  return {
    take,
    async readLine(maxBytes) {
      const parts: Uint8Array[] = [];
      for (let length = 0; length <= maxBytes; ) {
        if (!(await fill())) throw new Error("it ends in the middle of a line");
        const end = rest.indexOf(10);
        const part = cut(end === -1 ? rest.length : end);
        parts.push(part);
        length += part.length;
        if (end === -1) continue;
        cut(1);
        return Buffer.concat(parts).toString("utf8");
      }
      throw new Error(`it has a line of more than ${maxBytes} bytes`);
    },
    isAtEnd: async () => !(await fill()),
  };
}
