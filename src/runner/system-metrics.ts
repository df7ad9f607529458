import { availableParallelism } from "node:os";
import type { StageMetric } from "../base/event.ts";
import type { JobUsage } from "./executor/executor.ts";
import type { GpuUsage } from "./executor/gpu-usage.ts";
import { memoryLimit } from "./resources/memory-limit.ts";

export interface SamplingOptions {
  /** What the stage's processes take now; undefined when that is not known. */
  readonly read: (signal: AbortSignal) => Promise<JobUsage | undefined>;
  /** The next of the stage's samples, from 0 on over all its tries. */
  readonly countSample: () => number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly onMetric: (metric: StageMetric) => void;
}

/** Soon, so that a short stage has a sample; then as often as MLflow samples by default. */
const firstMs = 1_000;
const intervalMs = 10_000;

/**
 * Samples a stage's processes until the returned function is called. The metrics have MLflow's names and units
 * (`mlflow.system_metrics`: percent of the whole machine, megabytes of 10^6 bytes), by which its UI finds them; the step
 * counts samples.
 */
export function startSampling({ read, countSample, now, onMetric }: SamplingOptions): () => void {
  const stop = new AbortController();
  let before = { at: now(), cpuSeconds: 0 };
  let timer: NodeJS.Timeout | undefined;
  const sample = async (): Promise<void> => {
    const at = now();
    // Nothing of it is worth a run.
    const usage = await read(stop.signal).catch(() => undefined);
    if (stop.signal.aborted || usage === undefined) return;
    const step = countSample();
    const values = { ...describeProcesses(usage, before, at), ...describeGpus(usage.gpus) };
    for (const [name, value] of Object.entries(values))
      if (value !== undefined) onMetric({ type: "metric", at, name: `system/${name}`, value: round(value), step });
    before = { at, cpuSeconds: usage.cpuSeconds };
  };
  const schedule = (delayMs: number): void => {
    timer = setTimeout(async () => {
      await sample();
      if (!stop.signal.aborted) schedule(intervalMs);
    }, delayMs);
    timer.unref();
  };
  schedule(firstMs);
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

function describeProcesses(
  { cpuSeconds, memoryBytes }: JobUsage,
  before: { readonly at: number; readonly cpuSeconds: number },
  at: number,
): Record<string, number> {
  const processorSeconds = (Math.max(1, at - before.at) / 1000) * availableParallelism();
  // A process that ends without being waited for takes its time with it.
  const share = Math.max(0, cpuSeconds - before.cpuSeconds) / processorSeconds;
  return {
    cpu_utilization_percentage: Math.min(1, share) * 100,
    system_memory_usage_megabytes: memoryBytes / 1e6,
    system_memory_usage_percentage: (memoryBytes / memoryLimit()) * 100,
  };
}

function describeGpus(gpus: readonly GpuUsage[]): Record<string, number | undefined> {
  const entries = gpus.flatMap((gpu) => [
    [`gpu_${gpu.index}_utilization_percentage`, gpu.utilization] as const,
    [
      `gpu_${gpu.index}_memory_usage_megabytes`,
      gpu.memoryBytes === undefined ? undefined : gpu.memoryBytes / 1e6,
    ] as const,
    [`gpu_${gpu.index}_memory_usage_percentage`, percentOf(gpu.memoryBytes, gpu.totalMemoryBytes)] as const,
    [`gpu_${gpu.index}_power_usage_watts`, gpu.powerWatts] as const,
    [`gpu_${gpu.index}_power_usage_percentage`, percentOf(gpu.powerWatts, gpu.powerLimitWatts)] as const,
  ]);
  return Object.fromEntries(entries);
}

function percentOf(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || !whole ? undefined : (part / whole) * 100;
}

/** More digits would be noise. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
