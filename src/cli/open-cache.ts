import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cache } from "../cache/cache.ts";
import { createLocalCache } from "../cache/local-cache.ts";
import { createFolderStore } from "../cache/remote/folder-store.ts";
import type { RemoteStore } from "../cache/remote/remote-store.ts";
import { type RemoteOptions, withRemote } from "../cache/remote/with-remote.ts";
import type { Project } from "../runner/project.ts";
import type { Io } from "./command.ts";

export interface OpenCache {
  readonly cache: Cache;
  /** Waits, not long, for what is on its way to the remote cache. */
  readonly close: (signal: AbortSignal) => Promise<void>;
}

/** The cache of a project, with the remote one behind it that `PIPE_REMOTE_CACHE` names. */
export async function openCache(project: Project, io: Io, notify: RemoteOptions["notify"]): Promise<OpenCache> {
  const local = createLocalCache(project.cacheFolder);
  const store = await openRemoteStore(project, io);
  if (store === undefined) return { cache: local, close: async () => {} };
  const cache = withRemote(local, { store, notify });
  return { cache, close: cache.close };
}

/** A folder, or a bucket as `s3://bucket/prefix`; undefined when there is none. Throws `FailureError` when it cannot be meant. */
export async function openRemoteStore(
  { folder }: Project,
  { environment }: Pick<Io, "environment">,
): Promise<RemoteStore | undefined> {
  const address = environment["PIPE_REMOTE_CACHE"];
  if (!address) return undefined;
  if (address.startsWith("s3:")) {
    // It warns on Node 20 of versions to come; ours is pinned.
    process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
    // A large library, which only those pay for who use it.
    const { createS3Store, locateS3 } = await import("../cache/remote/s3-store.ts");
    return createS3Store(locateS3(address, environment));
  }
  return createFolderStore(address.startsWith("file:") ? fileURLToPath(address) : resolve(folder, address));
}
