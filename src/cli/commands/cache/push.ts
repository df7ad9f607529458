import { join } from "node:path";
import { FailureError } from "../../../base/failure.ts";
import { type PushResult, pushEntry } from "../../../cache/remote/push-entry.ts";
import { listEntries } from "../../../cache/upkeep/list-entries.ts";
import { formatBytes } from "../../../util/format-bytes.ts";
import type { ExitCode, Invocation } from "../../command.ts";
import { openRemoteStore } from "../../open-cache.ts";
import { openProject } from "../../open-project.ts";

/** Copies all results that the remote cache lacks to it, and replaces what is damaged there: what has another size, or, when asked to read all of it, other bytes. */
export async function pushCache(invocation: Invocation, signal: AbortSignal): Promise<ExitCode> {
  const { io, options } = invocation;
  const project = openProject(invocation);
  const store = await openRemoteStore(project, io);
  if (store === undefined)
    throw new FailureError({
      cause: "configuration",
      message: "No remote cache is named.",
      hint: "Set PIPE_REMOTE_CACHE to a folder or to s3://BUCKET/PREFIX.",
    });
  for (const { fingerprint, manifest, folder, sizeBytes } of await listEntries(project.cacheFolder)) {
    signal.throwIfAborted();
    const entry = { manifest, outputsFolder: join(folder, manifest.outputsFolder) };
    const pushed = pushEntry(store, entry, { signal, believe: options.compare === true ? "bytes" : "sizes" });
    const result = await pushed.catch((error) => failToPush(store.name, error));
    const told = resultWords[result].replace("STORE", store.name);
    io.stdout.write(`${manifest.madeFor} ${fingerprint.slice(0, 12)} (${formatBytes(sizeBytes)}) ${told}\n`);
  }
  return 0;
}

const resultWords: Readonly<Record<PushResult, string>> = {
  there: "is in STORE",
  pushed: "is in STORE",
  mended: "was damaged in STORE, and is replaced",
  unfit: "names places of this machine; not pushed",
};

function failToPush(name: string, error: unknown): never {
  const message = `The remote cache ${name} does not take results: ${error instanceof Error ? error.message : String(error)}.`;
  throw new FailureError({ cause: "network", message }, { cause: error });
}
