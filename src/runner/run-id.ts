import type { RunId } from "../base/ids.ts";

/** `20261124-083012-quickstart-3f9a`: UTC, the pipeline's name, and two random bytes for runs of the same second. */
export function createRunId(pipeline: string, now: Date, randomBytes: Uint8Array): RunId {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const name = pipeline.replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, 40);
  const suffix = Buffer.from(randomBytes.subarray(0, 2)).toString("hex");
  return `${time}-${name}-${suffix}` as RunId;
}

/** The pipeline's name in a run's, as far as it went into it. */
export function pipelineOfRun(run: RunId): string {
  return /^\d{8}-\d{6}-(.*)-[0-9a-f]{4}$/.exec(run)?.[1] ?? "";
}
