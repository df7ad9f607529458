import { renderDiagnosticsJson } from "../report/diagnostics-json.ts";
import { renderDiagnostics } from "../report/diagnostics-text.ts";
import type { Invocation } from "./command.ts";
import type { LoadProblem } from "./load-pipeline.ts";

/** Writes diagnostics to standard error, or with --json to standard output. */
export function reportDiagnostics({ diagnostics, sources }: LoadProblem, { io, options, isColored }: Invocation): void {
  if (options.json) io.stdout.write(renderDiagnosticsJson(diagnostics));
  else if (diagnostics.length > 0) io.stderr.write(renderDiagnostics(diagnostics, { sources, color: isColored }));
}
