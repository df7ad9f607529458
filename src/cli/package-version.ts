import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The version of this package. */
export async function loadVersion(packageFolder: string): Promise<string> {
  // Our own package.json has a version.
  return (JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8")) as { version: string }).version;
}
