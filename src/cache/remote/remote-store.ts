/** Keeps objects by key, somewhere else. An object is there whole or not at all; one that turns out to be damaged is written anew. */
export interface RemoteStore {
  /** For messages; holds no secret. */
  readonly name: string;
  /** The object's size in bytes; undefined when there is none. */
  sizeOf(key: string, signal: AbortSignal): Promise<number | undefined>;
  /** The object's bytes in pieces; undefined when there is none. */
  read(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Replaces what is there. */
  write(key: string, content: RemoteContent, signal: AbortSignal): Promise<void>;
}

export interface RemoteContent {
  readonly sizeBytes: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** A short object from its text. */
export function contentOfText(text: string): RemoteContent {
  const bytes = new TextEncoder().encode(text);
  return { sizeBytes: bytes.length, pieces: one(bytes) };
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
