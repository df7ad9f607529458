import { createJsonReporter } from "../report/json-reporter.ts";
import { createPalette } from "../report/palette.ts";
import { createPlainReporter } from "../report/plain-reporter.ts";
import type { Reporter, ReporterOptions } from "../report/reporter.ts";
import type { Project } from "../runner/project.ts";
import type { Invocation } from "./command.ts";

/** Rows need room for a name, a bar and a number. */
const minimumColumns = 40;
/** Below this a window has no room for what runs and for what was before. */
const minimumRows = 8;

/** The reporter that fits: JSON when asked for, rows that move on a terminal, else lines. */
export async function createReporter({ io, options, isColored }: Invocation, project: Project): Promise<Reporter> {
  const write = (text: string): void => {
    io.stdout.write(text);
  };
  if (options.json) return createJsonReporter(write);
  const reporterOptions: ReporterOptions = {
    write,
    palette: createPalette({ isColored }),
    workingFolder: io.workingFolder,
    runsFolder: project.runsFolder,
    isQuiet: options.quiet === true,
  };
  // TERM=dumb cannot move the cursor, and a CI's terminal is a log.
  const isLive =
    io.stdout.isTTY === true &&
    io.stdout.columns >= minimumColumns &&
    io.stdout.rows >= minimumRows &&
    !options.quiet &&
    io.environment["TERM"] !== "dumb" &&
    !io.environment["CI"];
  if (!isLive) return createPlainReporter(reporterOptions);
  const { createTerminalReporter } = await import("../report/terminal-reporter.ts");
  return createTerminalReporter(reporterOptions, io);
}
