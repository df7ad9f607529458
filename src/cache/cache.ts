import type { OutputRecord } from "../base/event.ts";
import type { Fingerprint } from "../base/ids.ts";
import type { OutputDeclaration } from "../pipeline/pipeline.ts";
import type { ProcessIdentity } from "../util/process-identity.ts";
import type { Manifest } from "./manifest.ts";
import type { Removal } from "./removals.ts";

/** Keeps results of stages by what decides them. */
export interface Cache {
  /** Looks for an entry; cheap, no content is read. */
  lookup(fingerprint: Fingerprint): Promise<CacheLookup>;
  /** Asks the remote cache, if there is one; what it says is not checked before `Attempt.restore`. */
  lookupRemote(fingerprint: Fingerprint): Promise<Manifest | undefined>;
  /** Who took an entry out that the cache has no longer, if that is known. */
  findRemoval(fingerprint: Fingerprint): Promise<Removal | undefined>;
  /** Notes that a run takes an entry, after the run has linked it; false when it was removed meanwhile. */
  use(entry: CacheEntry): Promise<boolean>;
  /** Removes what killed attempts left behind, other than work without a result yet, which a next attempt goes on from. */
  sweep(options: SweepOptions): Promise<void>;
  /** Waits until this process alone may make the entry. */
  begin(fingerprint: Fingerprint, options: BeginOptions): Promise<Attempt>;
}

export type CacheLookup =
  | { readonly type: "hit"; readonly entry: CacheEntry }
  | { readonly type: "miss" }
  /** There is an entry, but not all that it names. `path` is absolute. */
  | { readonly type: "damaged"; readonly path: string };

export interface CacheEntry {
  readonly manifest: Manifest;
  /** Absolute path that `OutputRecord.path` is relative to. */
  readonly outputsFolder: string;
}

export interface SweepOptions {
  /** Results are about to be made anew: work on those that exist stays too. */
  readonly isForced: boolean;
}

export interface BeginOptions {
  readonly signal: AbortSignal;
  /** Called once when another process makes the same entry. */
  readonly onWait?: (owner: ProcessIdentity) => void;
  /** Called once when a process of a dead runner is still at work and has to end first. */
  readonly onOrphan?: (pid: number) => void;
}

export interface SealOptions {
  /** Aborted to give up at once. */
  readonly signal?: AbortSignal;
  /** Called as files of the outputs are read. */
  readonly onProgress?: (numDone: number, numFiles: number) => void;
}

/** What is to be written into the manifest; the rest of it comes from the outputs. */
export type ManifestDraft = Omit<Manifest, "version" | "fingerprint" | "outputs" | "outputsFolder" | "superseded">;

export type RestoreResult =
  /** The entry is committed, and the attempt has ended. */
  | { readonly type: "restored"; readonly entry: CacheEntry }
  /** Nothing was touched. */
  | { readonly type: "absent" }
  /** Parts of it may lie in the outputs' folder: discard the attempt and begin another. */
  | { readonly type: "failed" };

/** The making of one entry. Ends with `commit` or `discard`; a process that dies between them leaves the old entry. */
export interface Attempt {
  /** An empty folder for the outputs. */
  readonly outputsFolder: string;
  /** A folder kept from one attempt to the next. */
  readonly workFolder: string;
  /** Where the stage's process writes who it is, so that a later attempt can wait for its end. */
  readonly identityFile: string;
  /** Checks the outputs, makes them read-only and computes their digests. Throws `FailureError` when one is missing. */
  seal(
    outputs: Readonly<Record<string, OutputDeclaration>>,
    options?: SealOptions,
  ): Promise<Readonly<Record<string, OutputRecord>>>;
  /** Brings the entry from the remote cache, if it has it as it was made. */
  restore(): Promise<RestoreResult>;
  /** Puts sealed outputs into the cache. */
  commit(outputs: Readonly<Record<string, OutputRecord>>, draft: ManifestDraft): Promise<CacheEntry>;
  /** Removes the outputs and keeps the work folder. */
  discard(): Promise<void>;
}
