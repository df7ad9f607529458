import { join } from "node:path";
import { createPalette } from "../../report/palette.ts";
import { renderRunComparison } from "../../report/run-comparison.ts";
import { compareRuns } from "../../runner/compare-runs.ts";
import { loadRunContent } from "../../runner/run-content.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { openProject } from "../open-project.ts";
import { selectRun } from "../select-run.ts";
import { withInterrupts } from "../with-interrupts.ts";

/** Shows runs side by side. */
export async function compare(invocation: Invocation): Promise<ExitCode> {
  const { options, io, isColored, positionals } = invocation;
  const { runsFolder, cacheFolder } = openProject(invocation);
  const found = positionals.map((name) => selectRun(name, runsFolder, invocation));
  const runs = found.filter((run) => run !== undefined);
  if (runs.length < found.length) return 2;
  return withInterrupts(invocation, async () => {
    const contents = await Promise.all(runs.map((run) => loadRunContent(join(runsFolder, run), cacheFolder)));
    const comparison = compareRuns(contents);
    io.stdout.write(
      options.json
        ? `${JSON.stringify({ version: 1, ...comparison }, undefined, 2)}\n`
        : renderRunComparison(comparison, createPalette({ isColored })),
    );
    return 0;
  });
}
