import { join } from "node:path";
import { createPalette } from "../../report/palette.ts";
import { renderRunDifferences } from "../../report/run-differences.ts";
import { diffRuns } from "../../runner/diff-runs.ts";
import { loadRunContent } from "../../runner/run-content.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { openProject } from "../open-project.ts";
import { selectRun } from "../select-run.ts";
import { withInterrupts } from "../with-interrupts.ts";

/** Compares two runs. */
export async function diff(invocation: Invocation): Promise<ExitCode> {
  const { options, io, isColored } = invocation;
  const { runsFolder, cacheFolder } = openProject(invocation);
  const [before, after] = invocation.positionals.map((name) => selectRun(name, runsFolder, invocation));
  if (before === undefined || after === undefined) return 2;
  return withInterrupts(invocation, async () => {
    const load = (run: string) => loadRunContent(join(runsFolder, run), cacheFolder);
    const differences = diffRuns(await load(before), await load(after));
    io.stdout.write(
      options.json
        ? `${JSON.stringify({ version: 1, ...differences }, undefined, 2)}\n`
        : renderRunDifferences(differences, createPalette({ isColored })),
    );
    return 0;
  });
}
