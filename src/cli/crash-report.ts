import { loadVersion } from "./package-version.ts";

/** Words what a bug has thrown, so that a report of it can be acted on. */
export function describeCrash(error: unknown, packageFolder: string): string {
  const version = findVersion(packageFolder);
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error && error.cause !== undefined ? `\ncaused by: ${String(error.cause)}` : "";
  const system = `pipe ${version}, Node ${process.versions.node}, ${process.platform}-${process.arch}`;
  return `internal error, please report it with these lines (${system}):\n${trace}${cause}\n`;
}

/** A bug may well be that this package's own files are not there. */
function findVersion(packageFolder: string): string {
  try {
    return loadVersion(packageFolder);
  } catch {
    return "unknown";
  }
}
