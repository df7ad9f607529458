import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The version of this package. */
export function loadVersion(packageFolder: string): string {
  // Our own package.json has a version.
  return (JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as { version: string }).version;
}
