import { join } from "node:path";
import type { Fingerprint } from "../../base/ids.ts";
import { computeFingerprint } from "../fingerprint.ts";
import { isOtherVersion, type Manifest, parseManifest } from "../manifest.ts";
import { isInside, unbundleOutput } from "./bundle.ts";
import type { RemoteStore } from "./remote-store.ts";

/**
 * Entries in a store:
 *
 *     entries/<fingerprint>.json    the manifest; the entry exists once this does
 *     outputs/<content digest>      a bundle; entries with the same content share it
 */
export const manifestKey = (fingerprint: Fingerprint): string => `entries/${fingerprint}.json`;
export const outputKey = (digest: string): string => `outputs/${digest}`;

const maxManifestBytes = 256 * 1024 * 1024;

/** An entry of a store is not what it should be. The store may be well all the same. */
export class UnsoundEntryError extends Error {}

/** The manifest of an entry that a store has. Throws `UnsoundEntryError` when what it has is none for this fingerprint. */
export async function findRemoteManifest(
  store: RemoteStore,
  fingerprint: Fingerprint,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const pieces = await store.read(manifestKey(fingerprint), signal);
  if (pieces === undefined) return undefined;
  const text = await readText(pieces);
  const manifest = parseManifest(text);
  if (manifest === undefined) {
    // As if it were not there; it stays for those who can read it.
    if (isOtherVersion(text)) return undefined;
    throw new UnsoundEntryError("its manifest is damaged");
  }
  const outputs = Object.values(manifest.outputs);
  const isSound =
    manifest.fingerprint === fingerprint &&
    computeFingerprint(manifest.inputs) === fingerprint &&
    outputs.every(({ path, digest }) => isInside(path) && /^[0-9a-f]{64}$/.test(digest));
  if (!isSound) throw new UnsoundEntryError("its manifest is not its own");
  return manifest;
}

async function readText(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    parts.push(piece);
    length += piece.length;
    if (length > maxManifestBytes) throw new UnsoundEntryError("its manifest is larger than any can be");
  }
  return Buffer.concat(parts).toString("utf8");
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
