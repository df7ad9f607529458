import { queryGpus } from "../resources/query-gpus.ts";

/** What is taken of one GPU, by whomever. A card or a driver need not tell all of it. */
export interface GpuUsage {
  /** As `nvidia-smi` counts: by slot. */
  readonly index: number;
  readonly uuid: string;
  /** Percent of the last moments in which it computed. */
  readonly utilization: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly totalMemoryBytes: number | undefined;
  readonly powerWatts: number | undefined;
  /** At which the driver slows it down. */
  readonly powerLimitWatts: number | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const fields = "index,uuid,utilization.gpu,memory.used,memory.total,power.draw,enforced.power.limit";
const bytesPerMebibyte = 2 ** 20;

/** The GPUs in what `nvidia-smi` prints of these fields as CSV without header and units; none for a line that is something else. */
export function parseGpuUsage(text: string): GpuUsage[] {
  return text.split("\n").flatMap((line) => {
    const [index = "", uuid = "", ...values] = line.split(",").map((field) => field.trim());
    if (!/^\d+$/.test(index) || values.length !== 5) return [];
    // [N/A], [Not Supported], [Unknown Error]: what the card does not tell.
    const [utilization, used, total, powerWatts, powerLimitWatts] = values.map((value) =>
      /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined,
    );
    const toBytes = (mebibytes: number | undefined) => mebibytes && mebibytes * bytesPerMebibyte;
    return [
      {
        index: Number(index),
        uuid,
        utilization,
        memoryBytes: toBytes(used),
        totalMemoryBytes: toBytes(total),
        powerWatts,
        powerLimitWatts,
      },
    ];
  });
}

/** Of these GPUs, those that `CUDA_VISIBLE_DEVICES` shows: by number, or by the start of an identifier. All where it is not set. */
export function selectVisible(gpus: readonly GpuUsage[], visible: string | undefined): readonly GpuUsage[] {
  if (visible === undefined) return gpus;
  const names = visible.split(",").map((name) => name.trim());
  return gpus.filter(({ index, uuid }) =>
    names.some((name) => name === String(index) || (name.startsWith("GPU-") && uuid.startsWith(name))),
  );
}

/** Watches the GPUs of this machine. */
export interface GpuMonitor {
  /** What is taken of the GPUs that a process with this environment sees; of none where that cannot be told, or only at a cost. */
  read(environment: Environment, signal: AbortSignal): Promise<readonly GpuUsage[]>;
}

/** Stages that run side by side share what is as young as this. */
const freshMs = 5_000;
/** So many times as long as an answer took, nobody asks: without a resident driver it takes a second of a processor. */
const restFactor = 100;

/** Asks `nvidia-smi`, where there is one; after an answer without a GPU never again. */
export function createGpuMonitor(): GpuMonitor {
  let latest: readonly GpuUsage[] = [];
  let askedAt = Number.NEGATIVE_INFINITY;
  let tookMs = 0;
  let hasGpus = true;
  return {
    async read(environment, signal) {
      const visible = environment["CUDA_VISIBLE_DEVICES"];
      if (!hasGpus || visible === "") return [];
      const ageMs = performance.now() - askedAt;
      if (ageMs < freshMs) return selectVisible(latest, visible);
      if (ageMs < tookMs * restFactor) return [];
      askedAt = performance.now();
      // One GPU that is lost makes it fail, and the others are listed all the same.
      latest = parseGpuUsage((await queryGpus(fields, { environment, signal })).text);
      tookMs = performance.now() - askedAt;
      hasGpus = latest.length > 0 || signal.aborted;
      return selectVisible(latest, visible);
    },
  };
}
