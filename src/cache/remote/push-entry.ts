import { join } from "node:path";
import type { CacheEntry } from "../cache.ts";
import { serialiseManifest } from "../manifest.ts";
import { bundleOutput } from "./bundle.ts";
import { createByteReader, ShortStreamError } from "./byte-reader.ts";
import { findRemoteManifest, manifestKey, outputKey, UnsoundEntryError } from "./remote-entries.ts";
import { contentOfText, type RemoteContent, type RemoteStore } from "./remote-store.ts";

export interface PushOptions {
  readonly signal: AbortSignal;
  /** What is looked at of objects that are there already: their sizes, or all that they hold. `nothing` is believed where damage was seen. */
  readonly believe: "sizes" | "bytes" | "nothing";
}

export type PushResult =
  | "there"
  | "pushed"
  /** Something was there that was not as it had been made. */
  | "mended"
  /** It names places of this machine, and is of no use elsewhere. */
  | "unfit";

/** Brings an entry to a store, its manifest last. What is there and whole stays; what is damaged is replaced. */
export async function pushEntry(
  store: RemoteStore,
  { manifest, outputsFolder }: CacheEntry,
  { signal, believe }: PushOptions,
): Promise<PushResult> {
  const key = manifestKey(manifest.fingerprint);
  const own = Object.values(manifest.outputs);
  const known = believe === "nothing" ? "unsound" : await findKnown(store, manifest.fingerprint, signal);
  // Made elsewhere, with another result of equal right: what it names is not here to compare.
  if (typeof known === "object" && !own.every(({ digest }) => known.digests.has(digest))) return "there";
  const isThere = async ({ pieces }: RemoteContent, place: string): Promise<boolean> => {
    const remote = await store.read(place, signal);
    return remote !== undefined && isEqual(pieces, remote);
  };
  let isMended = known === "unsound";
  let numWritten = 0;
  for (const { path, digest } of own) {
    const bundle = await bundleOutput(join(outputsFolder, path));
    if (bundle === undefined) return "unfit";
    const place = outputKey(digest);
    const sizeBytes = believe === "nothing" ? undefined : await store.sizeOf(place, signal);
    if (sizeBytes === bundle.sizeBytes && (believe === "sizes" || (await isThere(bundle, place)))) continue;
    if (sizeBytes !== undefined || typeof known === "object") isMended = true;
    // Anew: its pieces may have been read to compare them.
    await store.write(place, (await bundleOutput(join(outputsFolder, path))) ?? bundle, signal);
    numWritten += 1;
  }
  if (typeof known === "object") return numWritten > 0 ? "mended" : "there";
  await store.write(key, contentOfText(serialiseManifest({ ...manifest, superseded: [] })), signal);
  return isMended ? "mended" : "pushed";
}

async function findKnown(
  store: RemoteStore,
  fingerprint: CacheEntry["manifest"]["fingerprint"],
  signal: AbortSignal,
): Promise<"absent" | "unsound" | { readonly digests: ReadonlySet<string> }> {
  try {
    const manifest = await findRemoteManifest(store, fingerprint, signal);
    if (manifest === undefined) return "absent";
    return { digests: new Set(Object.values(manifest.outputs).map(({ digest }) => digest)) };
  } catch (error) {
    if (error instanceof UnsoundEntryError) return "unsound";
    throw error;
  }
}

/** Whether two streams give the same bytes, however they are divided. */
async function isEqual(first: RemoteContent["pieces"], second: AsyncIterable<Uint8Array>): Promise<boolean> {
  const reader = createByteReader(first);
  try {
    for await (const piece of second) {
      let position = 0;
      for await (const part of reader.take(piece.length)) {
        if (Buffer.compare(part, piece.subarray(position, position + part.length)) !== 0) return false;
        position += part.length;
      }
    }
    return await reader.isAtEnd();
  } catch (error) {
    if (error instanceof ShortStreamError) return false;
    throw error;
  }
}
