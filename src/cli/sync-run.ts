import { isAbandoned } from "../runner/run-record.ts";
import { listUnsaidEvents } from "../runner/unsaid-events.ts";
import { type DeliverOptions, deliverEnd, deliverRun } from "../tracking/deliver.ts";
import type { DeliveryState } from "../tracking/delivery-state.ts";
import type { Io } from "./command.ts";
import { hideInLogs } from "./hide-in-logs.ts";
import { tryToWriteReport } from "./write-report.ts";

/**
 * Delivers a run. One whose process died without a word gets its page now, and is told to have been killed, with the logs of the stages
 * that had begun. `warn` hears what is wrong besides. Throws `MlflowError` when the server does not take part, `FailureError` when there is no record that can be read.
 */
export async function syncRun(
  options: DeliverOptions,
  { environment, warn }: { readonly environment: Io["environment"]; readonly warn: (text: string) => void },
): Promise<DeliveryState> {
  const { runFolder } = options;
  const state = await deliverRun(options);
  // Of a run that was killed before its first event there is nothing to tell.
  if (state.isComplete || state.runs.pipeline === undefined || !(await isAbandoned(runFolder))) return state;
  await hideInLogs(runFolder, environment);
  const report = await tryToWriteReport(runFolder, { warn });
  return deliverEnd(options, await listUnsaidEvents(runFolder, report));
}
