import { join } from "node:path";
import type { RunFinished } from "../base/event.ts";
import { renderRunPage } from "../report/run-page/run-page.ts";
import { loadRunReport } from "../runner/load-run-report.ts";
import { atomicWrite } from "../util/atomic-write.ts";

/** The page's name in the run's folder. */
export const reportFile = "report.html";

/** Writes the page of a run into its folder; `end` is that of a run that has not told it yet. Throws `FailureError` when there is no record. */
export async function writeReport(runFolder: string, end?: RunFinished): Promise<string> {
  const path = join(runFolder, reportFile);
  await atomicWrite(path, renderRunPage(await loadRunReport(runFolder, end)));
  return path;
}
