import { artifactShapes } from "../../base/artifact.ts";
import type { OutputRecord } from "../../base/event.ts";
import type { Fingerprint } from "../../base/ids.ts";
import type { OutputDeclaration } from "../../pipeline/pipeline.ts";
import type { Attempt, Cache, CacheEntry, RestoreResult } from "../cache.ts";
import type { Manifest } from "../manifest.ts";
import { pushEntry } from "./push-entry.ts";
import { fetchOutputs, findRemoteManifest, UnsoundEntryError } from "./remote-entries.ts";
import type { RemoteStore } from "./remote-store.ts";

export interface RemoteOptions {
  readonly store: RemoteStore;
  readonly notify: (level: "info" | "warning", text: string) => void;
  /** For tests: how long one question may take, and how long pushes are waited for at the end. */
  readonly limits?: RemoteLimits;
}

export interface RemoteLimits {
  readonly askMs: number;
  readonly closeMs: number;
  /** To fetch a result that was made in less time than this, this long is waited. */
  readonly minFetchMs: number;
}

const defaultLimits: RemoteLimits = { askMs: 10_000, closeMs: 30_000, minFetchMs: 60_000 };

/** A cache that takes results from a store elsewhere and gives it its own. */
export interface RemoteBackedCache extends Cache {
  /** Waits for what is being pushed, not long, and gives up the rest. */
  close(signal: AbortSignal): Promise<void>;
}

/**
 * Puts a remote store behind a local cache. The store can be slow, wrong or gone: that costs a warning and never a run. After
 * the first failure the run goes on without it. An entry that is not as it was made costs that entry alone, and is replaced once it was made here.
 */
export function withRemote(local: Cache, { store, notify, limits = defaultLimits }: RemoteOptions): RemoteBackedCache {
  const unsound = new Set<Fingerprint>();
  const asked = new Map<Fingerprint, Promise<Manifest | undefined>>();
  const closing = new AbortController();
  let isLost = false;
  let pushes: Promise<void> = Promise.resolve();
  let numPending = 0;

  const lose = (what: string, error: unknown): void => {
    if (!isLost && !closing.signal.aborted)
      notify("warning", `the remote cache ${store.name} ${what} (${messageOf(error)}); this run goes on without it`);
    isLost = true;
  };
  const distrust = (fingerprint: Fingerprint, what: string, error: unknown): void => {
    unsound.add(fingerprint);
    notify(
      "warning",
      `the remote cache ${store.name} has ${what} but not as it was made (${messageOf(error)}); it is made here and replaced there`,
    );
  };
  const ask = async (fingerprint: Fingerprint): Promise<Manifest | undefined> => {
    if (isLost) return undefined;
    try {
      return await within(limits.askMs, (signal) => findRemoteManifest(store, fingerprint, signal));
    } catch (error) {
      if (error instanceof UnsoundEntryError) distrust(fingerprint, `the result ${fingerprint.slice(0, 12)}`, error);
      else lose("does not answer as it should", error);
      return undefined;
    }
  };
  const askOnce = (fingerprint: Fingerprint): Promise<Manifest | undefined> => {
    const answer = asked.get(fingerprint) ?? ask(fingerprint);
    asked.set(fingerprint, answer);
    return answer;
  };
  const push = (entry: CacheEntry): void => {
    numPending += 1;
    pushes = pushes.then(async () => {
      if (!isLost && !closing.signal.aborted)
        await pushEntry(store, entry, {
          signal: closing.signal,
          believe: unsound.has(entry.manifest.fingerprint) ? "nothing" : "sizes",
        }).catch((error) => lose("does not take results", error));
      numPending -= 1;
    });
  };
  const restore = async (fingerprint: Fingerprint, attempt: Attempt): Promise<RestoreResult> => {
    const manifest = await askOnce(fingerprint);
    if (manifest === undefined || isLost) return { type: "absent" };
    try {
      // To wait longer than it takes to make would be no help.
      const outputs = await within(Math.max(limits.minFetchMs, manifest.durationMs), async (signal) => {
        await fetchOutputs(store, manifest, { folder: attempt.outputsFolder, signal });
        return sealAlike(attempt, manifest);
      });
      const entry = await attempt.commit(outputs, draftOf(manifest));
      notify("info", `${manifest.madeFor}: taken from the remote cache ${store.name}`);
      return { type: "restored", entry };
    } catch (error) {
      asked.set(fingerprint, Promise.resolve(undefined));
      if (error instanceof LateError)
        notify(
          "warning",
          `the remote cache ${store.name} is slow with ${manifest.madeFor} (${error.message}); it is made here`,
        );
      else distrust(fingerprint, manifest.madeFor, error);
      return { type: "failed" };
    }
  };
  return {
    ...local,
    lookupRemote: askOnce,
    async begin(fingerprint, options) {
      const attempt = await local.begin(fingerprint, options);
      return {
        ...attempt,
        restore: () => restore(fingerprint, attempt),
        async commit(outputs, draft) {
          const entry = await attempt.commit(outputs, draft);
          push(entry);
          return entry;
        },
      };
    },
    async close(signal) {
      const stop = (): void => closing.abort(new Error("no more time"));
      const timer = setTimeout(stop, limits.closeMs);
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      const stopped = new Promise<void>((resolve) =>
        closing.signal.addEventListener("abort", () => resolve(), { once: true }),
      );
      await Promise.race([pushes, closing.signal.aborted ? Promise.resolve() : stopped]);
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      if (numPending > 0 && !isLost)
        notify(
          "warning",
          `${numPending} results did not get to the remote cache ${store.name} in time; pipe cache push brings them there`,
        );
    },
  };
}

/** Checks what was fetched against what its manifest says, file by file, and makes it read-only. */
async function sealAlike(attempt: Attempt, manifest: Manifest): Promise<Readonly<Record<string, OutputRecord>>> {
  const declared = Object.entries(manifest.outputs).map(([name, { kind, path }]): [string, OutputDeclaration] => [
    name,
    { kind, path, shape: artifactShapes[kind] },
  ]);
  const outputs = await attempt.seal(Object.fromEntries(declared));
  for (const [name, { digest }] of Object.entries(manifest.outputs)) {
    if (outputs[name]?.digest !== digest) throw new Error(`the content of "${name}" is another`);
  }
  return outputs;
}

function draftOf({ version, fingerprint, outputs, outputsFolder, superseded, ...draft }: Manifest) {
  return draft;
}

class LateError extends Error {}

/** Does something that has to end in time, also where it does not listen to its signal. */
async function within<Value>(ms: number, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new LateError(`no answer within ${Math.round(ms / 1000)} s`);
      controller.abort(error);
      reject(error);
    }, ms);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
