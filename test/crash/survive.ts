import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "../../src/base/event.ts";
import { finishedStages } from "../rig/outcomes.ts";
import type { ProjectRig } from "../rig/project.ts";
import { describeKill, type Kill, runInTime, runTraced, type TracedRun } from "./crash-points.ts";
import type { Scenario } from "./scenarios.ts";
import { digestOf, findBrokenEntries, findLeftovers } from "./whole-entries.ts";

/** A scenario's run that was not killed: what it does, and what comes out. */
export interface Reference {
  readonly scenario: Scenario;
  readonly points: TracedRun["points"];
  /** Digests of all outputs, by `stage.output`. */
  readonly results: Readonly<Record<string, string>>;
}

export async function runUnharmed(scenario: Scenario): Promise<Reference> {
  await using project = await scenario.createProject();
  const run = await runTraced(project, [...scenario.args, "--json"]);
  if (run.code !== 0) throw new Error(`${scenario.name} ended with ${run.code}:\n${run.stdout}${run.stderr}`);
  return { scenario, points: run.points, results: resultsOf(run.stdout) };
}

export interface Survival {
  /** False when the run did not come to this point this time. */
  readonly wasKilled: boolean;
  /** What is wrong, in words; empty when all is well. */
  readonly problems: readonly string[];
  /** The events of the run after it, one a line. */
  readonly again: string;
}

/** Kills a run, looks at what it leaves, then runs the same command again and compares with a run that was never killed. */
export async function surviveKill({ scenario, results }: Reference, kill: Kill): Promise<Survival> {
  await using project = await scenario.createProject();
  const before = await readResults(project);
  const { wasKilled } = await runTraced(project, scenario.args, kill);
  const problems = await findBrokenEntries(project.folder);
  problems.push(...listDifferences("of the run before, after the kill,", before, await readResults(project, before)));

  // What was forced and is done need not be done once more.
  const again = await runInTime(project, [...scenario.args.filter((arg) => arg !== "--force"), "--json"]);
  if (again.code !== 0) problems.push(`the run after it ended with ${again.code}: ${again.stdout}${again.stderr}`);
  else problems.push(...listDifferences("of the run after it", results, resultsOf(again.stdout)));
  problems.push(...(await findBrokenEntries(project.folder)));
  problems.push(...(await findLeftovers(project.folder)).map((path) => `${path} is left behind`));
  return {
    wasKilled,
    problems: problems.map((problem) => `${describeKill(kill)}: ${problem}`),
    again: again.stdout,
  };
}

function resultsOf(stdout: string): Record<string, string> {
  const lines = stdout.split("\n").filter((line) => line !== "");
  const finished = finishedStages(lines.map((line) => JSON.parse(line) as RunEvent));
  return Object.fromEntries(
    finished.flatMap(({ stage, outputs }) =>
      Object.entries(outputs).map(([name, { digest }]) => [`${stage}.${name}`, digest] as const),
    ),
  );
}

/** Digests of what all runs so far put out, by `run/stage`; with `known`, of those alone. */
async function readResults(
  project: ProjectRig,
  known?: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const runs = join(project.folder, "runs");
  const found = known === undefined ? await listStages(runs) : Object.keys(known);
  const digests = found.map(
    async (stage) => [stage, await digestOf(join(runs, stage, "outputs")).catch(String)] as const,
  );
  return Object.fromEntries(await Promise.all(digests));
}

async function listStages(runs: string): Promise<string[]> {
  const names = (await readdir(runs).catch(() => [])).filter((name) => name !== "latest");
  const stages = names.map(async (run) =>
    (await readdir(join(runs, run, "stages"))).map((stage) => join(run, "stages", stage)),
  );
  return (await Promise.all(stages)).flat();
}

function listDifferences(
  whose: string,
  wanted: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...names]
    .filter((name) => wanted[name] !== found[name])
    .map((name) => `${name} ${whose} is ${found[name]} and should be ${wanted[name]}`);
}
