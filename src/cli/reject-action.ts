import { findNearestName } from "../util/nearest-name.ts";
import type { ExitCode, Invocation } from "./command.ts";
import { reportDiagnostics } from "./report-diagnostics.ts";

/** Ends a command whose first argument is none of its actions. */
export function rejectAction(command: string, names: readonly string[], invocation: Invocation): ExitCode {
  const [name = ""] = invocation.positionals;
  const nearest = findNearestName(name, names);
  const hint = nearest === undefined ? `Actions: ${names.join(", ")}` : `Did you mean: pipe ${command} ${nearest}`;
  const diagnostic = {
    code: "PIPE301",
    severity: "error",
    message: `pipe ${command} has no action "${name}"`,
    hint,
  } as const;
  reportDiagnostics({ diagnostics: [diagnostic], sources: new Map() }, invocation);
  return 2;
}
