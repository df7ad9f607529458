import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CommandResult, ProjectRig } from "../rig/project.ts";

/** One change to the file system, or one start of a program, of one process of a run. */
export interface CrashPoint {
  /** `runner`, or the name of the stage whose process it is. */
  readonly role: string;
  /** `write-by-clock`: of an event that comes when it is time, not at a step of the run. */
  readonly call: string;
  /** Relative to the project; `#` stands for names that are drawn anew in every run. */
  readonly path: string;
  /** Of the calls of this process with the same name and path; from 1. */
  readonly nth: number;
}

export interface Kill extends CrashPoint {
  /** `torn`: after half of the bytes are written, or half of the files removed. */
  readonly moment: "before" | "after" | "torn";
  /** The process that makes the call alone, or all processes of the run, as when the machine goes down. */
  readonly victims: "process" | "all";
}

/** What a run did until its end, or until it was killed. */
export interface TracedRun extends CommandResult {
  readonly points: readonly CrashPoint[];
  /** Whether it came to the point at which it was to be killed. */
  readonly wasKilled: boolean;
}

const killSwitch = new URL("./kill-switch.mjs", import.meta.url).href;
/** No run here takes a tenth of that, but on a busy machine; one that does hangs. */
const limitMs = 500_000;

/** Runs `pipe` to its end, or to the kill, and tells what it did. Rejects when it hangs. */
export async function runTraced(project: ProjectRig, args: readonly string[], kill?: Kill): Promise<TracedRun> {
  // In the project, since a stage that outlives its runner goes on writing to it.
  const traceFile = join(project.folder, "trace.ndjson");
  await rm(traceFile, { force: true });
  const result = await runInTime(project, args, {
    NODE_OPTIONS: `--import=${killSwitch}`,
    PIPE_CRASH_TRACE: traceFile,
    PIPE_CRASH_AT: kill === undefined ? undefined : JSON.stringify(kill),
  });
  const lines = (await readFile(traceFile, "utf8")).trimEnd().split("\n");
  const noted = lines.map((line) => JSON.parse(line) as CrashPoint | { readonly killed: string });
  const points = noted.filter((one): one is CrashPoint => "call" in one);
  return { ...result, points, wasKilled: points.length < noted.length };
}

/** Runs `pipe` to its end; rejects when it hangs. */
export async function runInTime(
  project: ProjectRig,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<CommandResult> {
  const live = project.start(args, { env });
  let hasHung = false;
  const timer = setTimeout(() => {
    hasHung = true;
    live.kill("SIGKILL");
  }, limitMs);
  const result = await live.result.finally(() => clearTimeout(timer));
  if (hasHung) throw new Error(`pipe ${args.join(" ")} hangs:\n${result.stdout}${result.stderr}`);
  return result;
}

/** Calls that can be cut in the middle. */
const tearable = new Set(["write", "writev", "writeFile", "appendFile", "copyFile", "rm"]);

/** Every way to die at a point: before the call, after it, in the middle of it; the process alone and all together in turn. */
export function listKills(points: readonly CrashPoint[]): Kill[] {
  return points.flatMap((point, index) => {
    const moments = tearable.has(point.call) ? (["before", "torn", "after"] as const) : (["before", "after"] as const);
    return moments.map((moment, at) => ({
      ...point,
      moment,
      victims: (index + at) % 2 === 0 ? ("process" as const) : ("all" as const),
    }));
  });
}

export function describeKill({ role, call, path, nth, moment, victims }: Kill): string {
  const place = moment === "torn" ? "in the middle of" : moment;
  return `${victims === "all" ? "all killed" : `${role} killed`} ${place} ${role}'s ${call} of ${path} (${nth})`;
}
