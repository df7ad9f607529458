import { runCommand } from "../../util/run-command.ts";

/** What `nvidia-smi` says when it is asked for its GPUs. */
export interface GpuAnswer {
  /** `missing`: there is no such program. `silent`: it did not answer in time. `failed`: of one GPU, or of all. */
  readonly state: "answered" | "failed" | "missing" | "silent";
  /** A line for each GPU that it can tell of: its fields as CSV, without header and units. */
  readonly text: string;
  /** Why it failed, as it says itself; otherwise empty. */
  readonly problem: string;
}

export interface GpuQuery {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends the wait before its time. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** A driver that does not answer is not waited for. */
export const gpuTimeoutMs = 10_000;

/** Asks the driver for these fields of all GPUs: `index,uuid`. */
export async function queryGpus(
  fields: string,
  { environment, signal, timeoutMs = gpuTimeoutMs }: GpuQuery,
): Promise<GpuAnswer> {
  const limit = AbortSignal.timeout(timeoutMs);
  const args = [`--query-gpu=${fields}`, "--format=csv,noheader,nounits"];
  const options = { environment, signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) };
  const result = await runCommand("nvidia-smi", args, options).catch(() => undefined);
  if (result === undefined) return { state: "silent", text: "", problem: "" };
  const { code, stdout: text, stderr, missing } = result;
  if (missing) return { state: "missing", text: "", problem: "" };
  if (code === 0) return { state: "answered", text, problem: "" };
  // What went wrong is said on either stream, beside the GPUs that are well.
  const problem = `${stderr}\n${text}`.split("\n").find((line) => line.trim() !== "" && !/^\d+,/.test(line));
  return { state: "failed", text, problem: problem?.trim() ?? `exit code ${code}` };
}
