import type { ExitCode, Invocation } from "../command.ts";
import { listSources, loadPipeline } from "../load-pipeline.ts";
import { reportDiagnostics } from "../report-diagnostics.ts";

/** Checks a document, without a look at the files that its stages read. */
export async function validate(invocation: Invocation): Promise<ExitCode> {
  const loaded = await loadPipeline(invocation);
  if (!loaded.ok) {
    reportDiagnostics(loaded.error, invocation);
    return 2;
  }
  const { pipeline, warnings } = loaded.value;
  reportDiagnostics({ diagnostics: warnings, sources: listSources(pipeline) }, invocation);
  const numStages = pipeline.stages.length;
  if (!invocation.options.json)
    invocation.io.stdout.write(`${pipeline.file} is valid: ${numStages} ${numStages === 1 ? "stage" : "stages"}\n`);
  return 0;
}
