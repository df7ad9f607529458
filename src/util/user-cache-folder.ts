import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where downloads shared by all of a user's projects lie: `PIPE_CACHE_DIR`, else `$XDG_CACHE_HOME/pipe`, else `~/.cache/pipe`.
 * Safe to delete at any time; what is missing is fetched again.
 */
export function userCacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  if (environment["PIPE_CACHE_DIR"]) return environment["PIPE_CACHE_DIR"];
  return join(environment["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "pipe");
}
