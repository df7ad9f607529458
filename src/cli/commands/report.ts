import { join, relative } from "node:path";
import { isAbandoned } from "../../runner/run-record.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { hideInLogs } from "../hide-in-logs.ts";
import { openProject } from "../open-project.ts";
import { selectRun } from "../select-run.ts";
import { withInterrupts } from "../with-interrupts.ts";
import { writeReport } from "../write-report.ts";

/** Writes the page of a run anew and prints its path. */
export async function report(invocation: Invocation): Promise<ExitCode> {
  const { io, positionals } = invocation;
  const { runsFolder } = openProject(invocation);
  const run = selectRun(positionals[0] ?? "latest", runsFolder, invocation);
  if (run === undefined) return 2;
  return withInterrupts(invocation, async () => {
    const runFolder = join(runsFolder, run);
    if (await isAbandoned(runFolder)) await hideInLogs(runFolder, io.environment);
    const path = await writeReport(runFolder);
    io.stdout.write(`${relative(io.workingFolder, path)}\n`);
    return 0;
  });
}
