import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Builds dist/ once before all tests, unless it is up to date: tests of the command line run what users run. */
export default async function build(): Promise<void> {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  // Plain JavaScript, since it also runs before anything is installed.
  const bootstrap: { isReady(root: string): boolean; makeReady(root: string): void } = await import(
    new URL("../../scripts/bootstrap.mjs", import.meta.url).href
  );
  if (!bootstrap.isReady(root)) bootstrap.makeReady(root);
}
