import { join } from "node:path";
import type { Diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ResourceLimits } from "../pipeline/execution.ts";
import type { Pipeline, Stage } from "../pipeline/pipeline.ts";
import { parseBytes } from "../pipeline/quantities.ts";
import { type Capacity, limitMachine } from "../runner/resources/capacity.ts";
import { checkResources } from "../runner/resources/check-resources.ts";
import { detectMachine } from "../runner/resources/detect-machine.ts";
import { userCacheFolder } from "../util/user-cache-folder.ts";
import type { Invocation } from "./command.ts";

/** Finds what stages may take together: of the machine, as limited by the document, PIPE_RESOURCES and --jobs. Reports stages that would never fit. */
export async function findCapacity(
  pipeline: Pipeline,
  stages: readonly Stage[],
  { io: { environment }, options }: Invocation,
): Promise<Result<Capacity, Diagnostic[]>> {
  const user = readLimits(environment["PIPE_RESOURCES"] ?? "");
  const jobs = readJobs(options.jobs);
  const problems = [user, jobs].flatMap((read) => (read.ok ? [] : [read.error]));
  if (!user.ok || !jobs.ok) return err(problems);
  const needsGpus = stages.some(({ execution }) => (execution.resources.gpu ?? 0) !== 0);
  const machine = await detectMachine({ environment, needsGpus });
  const capacity = limitMachine(machine, { document: pipeline.limits, user: user.value, stages: jobs.value });
  const misfits = checkResources(stages, capacity);
  return misfits.length > 0 ? err(misfits) : ok(capacity);
}

/** The folder in which the runs on this machine agree on GPUs and tokens. */
export function locatePlaces(environment: Invocation["io"]["environment"]): string {
  return join(userCacheFolder(environment), "places");
}

/** `cpu=4,memory=8GB,gpu=0,database=2`: what is none of the first three is a token. */
function readLimits(text: string): Result<ResourceLimits, Diagnostic> {
  let limits: ResourceLimits = { tokens: {} };
  for (const part of text.split(",").filter((each) => each.trim() !== "")) {
    const [name = "", value = ""] = part.split("=").map((each) => each.trim());
    const number = name === "memory" ? parseBytes(value) : value === "" ? undefined : Number(value);
    const isWrong = number === undefined || !(number >= 0) || (name === "cpu" && number === 0);
    if (name === "" || isWrong) {
      const hint = "Write e.g. PIPE_RESOURCES=cpu=4,memory=8GB,gpu=1,database=2.";
      return err({ code: "PIPE307", severity: "error", message: `PIPE_RESOURCES holds "${part}"`, hint });
    }
    const isToken = !["cpu", "memory", "gpu"].includes(name);
    limits = isToken ? { ...limits, tokens: { ...limits.tokens, [name]: number } } : { ...limits, [name]: number };
  }
  return ok(limits);
}

function readJobs(given: string | undefined): Result<number, Diagnostic> {
  if (given === undefined) return ok(Number.POSITIVE_INFINITY);
  const jobs = Number(given);
  if (Number.isInteger(jobs) && jobs >= 1) return ok(jobs);
  const message = `--jobs takes a number of stages, at least 1, but got "${given}"`;
  return err({ code: "PIPE303", severity: "error", message });
}
