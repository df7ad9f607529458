import { loadVersion } from "./package-version.ts";

/** Words what a bug has thrown, so that a report of it can be acted on. */
export async function describeCrash(error: unknown, packageFolder: string): Promise<string> {
  const version = await loadVersion(packageFolder).catch(() => "unknown");
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error && error.cause !== undefined ? `\ncaused by: ${String(error.cause)}` : "";
  const system = `pipe ${version}, Node ${process.versions.node}, ${process.platform}-${process.arch}`;
  return `internal error, please report it with these lines (${system}):\n${trace}${cause}\n`;
}
