import { join } from "node:path";
import type { Fingerprint } from "../../base/ids.ts";
import type { CacheEntry } from "../cache.ts";
import { computeFingerprint } from "../fingerprint.ts";
import { type Manifest, parseManifest, serialiseManifest } from "../manifest.ts";
import { bundleOutput, isInside, unbundleOutput } from "./bundle.ts";
import { contentOfText, type RemoteStore } from "./remote-store.ts";

/**
 * Entries in a store:
 *
 *     entries/<fingerprint>.json    the manifest; the entry exists once this does
 *     outputs/<content digest>      a bundle; entries with the same content share it
 */
const manifestKey = (fingerprint: Fingerprint): string => `entries/${fingerprint}.json`;
const outputKey = (digest: string): string => `outputs/${digest}`;

const maxManifestBytes = 256 * 1024 * 1024;

/** The manifest of an entry that a store has. Throws when what it has is not one for this fingerprint. */
export async function findRemoteManifest(
  store: RemoteStore,
  fingerprint: Fingerprint,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const pieces = await store.read(manifestKey(fingerprint), signal);
  if (pieces === undefined) return undefined;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    parts.push(piece);
    length += piece.length;
    if (length > maxManifestBytes) throw new Error(`the manifest of ${fingerprint} is larger than any can be`);
  }
  const manifest = parseManifest(Buffer.concat(parts).toString("utf8"));
  // Written by another version, perhaps a newer one: as if it were not there.
  if (manifest === undefined) return undefined;
  const outputs = Object.values(manifest.outputs);
  const isSound =
    manifest.fingerprint === fingerprint &&
    computeFingerprint(manifest.inputs) === fingerprint &&
    outputs.every(({ path, digest }) => isInside(path) && /^[0-9a-f]{64}$/.test(digest));
  if (!isSound) throw new Error(`the manifest of ${fingerprint} is not its own`);
  return manifest;
}

/** Writes the outputs that a manifest names into a folder. What they hold is for the caller to check. */
export async function fetchOutputs(
  store: RemoteStore,
  { outputs }: Manifest,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  for (const { path, digest } of Object.values(outputs)) {
    const pieces = await store.read(outputKey(digest), signal);
    if (pieces === undefined) throw new Error(`the output ${digest.slice(0, 12)} is not there`);
    await unbundleOutput(pieces, join(folder, path), signal);
  }
}

/** Copies an entry to a store, its manifest last; false when it is of no use elsewhere. Does nothing for what is there already. */
export async function pushEntry(
  store: RemoteStore,
  { manifest, outputsFolder }: CacheEntry,
  signal: AbortSignal,
): Promise<boolean> {
  const key = manifestKey(manifest.fingerprint);
  if (await store.has(key, signal)) return true;
  for (const { path, digest } of Object.values(manifest.outputs)) {
    if (await store.has(outputKey(digest), signal)) continue;
    const bundle = await bundleOutput(join(outputsFolder, path));
    if (bundle === undefined) return false;
    await store.write(outputKey(digest), bundle, signal);
  }
  await store.write(key, contentOfText(serialiseManifest({ ...manifest, superseded: [] })), signal);
  return true;
}
