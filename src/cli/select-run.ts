import type { RunId } from "../base/ids.ts";
import { findRun } from "../runner/find-run.ts";
import { listRunIds } from "../runner/run-list.ts";
import { findNearestName } from "../util/nearest-name.ts";
import type { Invocation } from "./command.ts";
import { reportDiagnostics } from "./report-diagnostics.ts";

/** The run that an argument names; reports it and returns undefined when there is none, or more than one. */
export function selectRun(wanted: string, runsFolder: string, invocation: Invocation): RunId | undefined {
  const found = findRun(runsFolder, wanted);
  if (found.type === "found") return found.run;
  const known = listRunIds(runsFolder);
  const nearest = findNearestName(wanted, known);
  const [message, hint] =
    found.type === "several"
      ? [`"${wanted}" stands for several runs`, `They are ${found.runs.slice(0, 5).join(", ")}.`]
      : [
          `there is no run "${wanted}"`,
          nearest === undefined ? `Write latest, latest~1, or a name in ${runsFolder}.` : `Did you mean "${nearest}"?`,
        ];
  reportDiagnostics(
    { diagnostics: [{ code: "PIPE306", severity: "error", message, hint }], sources: new Map() },
    invocation,
  );
  return undefined;
}
