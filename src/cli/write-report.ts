import { basename, join } from "node:path";
import type { RunFinished } from "../base/event.ts";
import { renderRunPage } from "../report/run-page/run-page.ts";
import { loadRunReport } from "../runner/load-run-report.ts";
import { atomicWrite } from "../util/atomic-write.ts";

/** The page's name in the run's folder. */
const reportFile = "report.html";

/** Writes the page of a run into its folder; `end` is that of a run that has not told it yet. Throws `FailureError` when there is no record. */
export async function writeReport(runFolder: string, end?: RunFinished): Promise<string> {
  const path = join(runFolder, reportFile);
  await atomicWrite(path, renderRunPage(await loadRunReport(runFolder, end)));
  return path;
}

/**
 * The same where hours of work must not fail for the lack of a page on them: `warn` hears why there is none. Returns the page's path
 * relative to the folder.
 */
export async function tryToWriteReport(
  runFolder: string,
  { end, warn }: { readonly end?: RunFinished; readonly warn: (text: string) => void },
): Promise<string | undefined> {
  try {
    await writeReport(runFolder, end);
    return reportFile;
  } catch (error) {
    warn(`the run's page could not be written (${String(error)}); later: pipe report ${basename(runFolder)}`);
    return undefined;
  }
}
