import { createPalette } from "../../report/palette.ts";
import { renderRunOverview } from "../../report/run-overview.ts";
import { summarizeRuns } from "../../runner/summarize-runs.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { openProject } from "../open-project.ts";
import { rejectValue } from "../reject-value.ts";

const defaultLimit = 20;

/** Lists the project's runs. */
export async function runs(invocation: Invocation): Promise<ExitCode> {
  const { options, io, isColored } = invocation;
  const { pipeline, limit } = options;
  if (limit !== undefined && !/^[1-9]\d*$/.test(limit))
    return rejectValue("limit", limit, "a whole number from 1 on", invocation);
  const overview = await summarizeRuns(openProject(invocation), {
    ...(pipeline !== undefined && { pipeline }),
    limit: limit === undefined ? defaultLimit : Number(limit),
  });
  io.stdout.write(
    options.json
      ? `${JSON.stringify({ version: 1, ...overview }, undefined, 2)}\n`
      : renderRunOverview(overview, { now: Date.now(), palette: createPalette({ isColored }) }),
  );
  return 0;
}
