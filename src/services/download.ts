import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { checkFreeBytes, readFreeBytes } from "../base/disk-space.ts";
import { FailureError } from "../base/failure.ts";
import { formatBytes } from "../util/format-bytes.ts";
import type { Bandwidth } from "./bandwidth.ts";
import type { Clock } from "./clock.ts";
import { type Digests, digestAlgorithms } from "./digests.ts";
import { PartFile } from "./download-part.ts";
import { type DownloadAddress, type TransferOptions, transfer } from "./download-transfer.ts";
import { mayRetry, patientPolicy, type RetryPolicy, TransientError, waitBeforeRetry } from "./http-retry.ts";

export interface DownloadRequest {
  /** For messages, e.g. `the archive of iris`. */
  readonly what: string;
  /** Asked anew for every attempt: signed addresses expire. Its own troubles count as those of the attempt. */
  address(): Promise<DownloadAddress>;
  /** Where the file gets its final name, once it is complete and checked. */
  readonly target: string;
  /** Where the unfinished file and the note about it are kept; in the same file system as `target`. */
  readonly part: string;
  /** What the file must be; what the server promises is checked besides. Digests in hex. */
  readonly expected?: Digests & { readonly sizeBytes?: number };
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told the size, before anything is written, at every attempt. */
  onSize?(sizeBytes: number): Promise<void>;
  onProgress?(progress: { readonly receivedBytes: number; readonly totalBytes: number | undefined }): void;
  /** Told of each retry, for the log. */
  onNotice?(text: string): void;
  /** Without it, as fast as it comes. */
  readonly bandwidth?: Bandwidth | undefined;
  readonly policy?: RetryPolicy;
  readonly timeoutMs?: number;
  readonly idleTimeoutMs?: number;
  /** Free space of a folder, in bytes. */
  freeBytes?(folder: string): Promise<number>;
}

/** Downloads that are damaged so often in a row are not a matter of luck. */
const maxDamaged = 3;
/** A fresh address that is refused so often in a row has not just expired. */
const maxRefused = 3;

/**
 * Downloads a file, going on where an earlier attempt (of this process or of one that was killed) stopped. The target
 * appears at once, complete and checked, or not at all. Attempts that make progress do not count against the policy.
 * Throws `FailureError` with cause `network`, `refused` or `disk`.
 */
export async function downloadFile(request: DownloadRequest): Promise<{ sizeBytes: number; digests: Digests }> {
  await mkdir(dirname(request.part), { recursive: true });
  await mkdir(dirname(request.target), { recursive: true });
  const part = await PartFile.open(request.part);
  let digests: Digests;
  try {
    digests = await completePart(part, request);
  } finally {
    await part.close();
  }
  await part.moveTo(request.target);
  return { sizeBytes: part.sizeBytes, digests };
}

async function completePart(part: PartFile, request: DownloadRequest): Promise<Digests> {
  const options = transferOptions(request);
  for (let numDamaged = 0; ; ) {
    if (!isComplete(part, request)) await transferAll(part, request, options);
    const digests = await part.finish(options.algorithms(part.identity));
    const damage = findDamage(part, digests, request);
    if (damage === undefined) return digests;
    await part.restart(undefined);
    if (++numDamaged >= maxDamaged) {
      throw new FailureError({
        cause: "network",
        message: `${request.what} arrived damaged ${numDamaged} times: ${damage}`,
        hint: "a proxy or a bad disk may change the bytes; if the file was replaced on the server, its expected digest is out of date",
      });
    }
    request.onNotice?.(`${request.what} arrived damaged (${damage}); starting over`);
  }
}

async function transferAll(part: PartFile, request: DownloadRequest, options: TransferOptions): Promise<void> {
  const { clock, signal } = request;
  let { policy = patientPolicy } = request;
  let numRefused = 0;
  for (let numFailed = 0; ; ) {
    signal.throwIfAborted();
    const sizeBefore = part.sizeBytes;
    try {
      const result = await transfer(part, await request.address(), options);
      if (result.type === "complete") return;
      if (++numRefused >= maxRefused) throw refusal(request.what, result);
      request.onNotice?.(`${result.host} refused the address (${result.status}); asking for a fresh one`);
    } catch (error) {
      if (!(error instanceof TransientError)) throw explain(error, request.what);
      if (part.sizeBytes > sizeBefore) {
        numFailed = 0;
        numRefused = 0;
        policy = { ...policy, maxAttempts: policy.maxAttemptsAfterProgress ?? policy.maxAttempts };
      }
      numFailed += 1;
      if (!mayRetry(error, numFailed, policy)) throw exhausted(request.what, error, part);
      const onNotice = (text: string) => request.onNotice?.(text);
      await waitBeforeRetry(error, numFailed, { policy, clock, signal, onNotice });
    }
  }
}

function transferOptions(request: DownloadRequest): TransferOptions {
  const { expected = {}, clock, signal, freeBytes = readFreeBytes } = request;
  return {
    clock,
    signal,
    bandwidth: request.bandwidth,
    timeoutMs: request.timeoutMs ?? 60_000,
    idleTimeoutMs: request.idleTimeoutMs ?? 60_000,
    algorithms: (identity) =>
      digestAlgorithms.filter((name) => identity?.digests[name] !== undefined || expected[name] !== undefined),
    async beforeWriting(part) {
      const folder = dirname(request.part);
      const sizeBytes = part.identity?.sizeBytes ?? expected.sizeBytes;
      if (sizeBytes === undefined) return;
      await request.onSize?.(sizeBytes);
      const needed = sizeBytes - part.sizeBytes;
      checkFreeBytes(folder, request.what, { needed, free: await freeBytes(folder) });
    },
    onBytes: (part) =>
      request.onProgress?.({
        receivedBytes: part.sizeBytes,
        totalBytes: part.identity?.sizeBytes ?? expected.sizeBytes,
      }),
  };
}

function isComplete(part: PartFile, request: DownloadRequest): boolean {
  const sizeBytes = part.identity?.sizeBytes ?? request.expected?.sizeBytes;
  return part.identity !== undefined && part.sizeBytes === sizeBytes;
}

/** What is wrong with a part that should be complete, in words. */
function findDamage(part: PartFile, digests: Digests, request: DownloadRequest): string | undefined {
  const { expected = {} } = request;
  const sizes = [part.identity?.sizeBytes, expected.sizeBytes].filter((size) => size !== undefined);
  const wrongSize = sizes.find((size) => size !== part.sizeBytes);
  if (wrongSize !== undefined) return `${part.sizeBytes} bytes instead of ${wrongSize}`;
  const promises = [part.identity?.digests ?? {}, expected].flatMap((promised: Digests) =>
    digestAlgorithms.map((name) => ({ name, promised: promised[name]?.toLowerCase() })),
  );
  const broken = promises.find(({ name, promised }) => promised !== undefined && digests[name] !== promised);
  return broken && `its ${broken.name} is ${digests[broken.name]}, not ${broken.promised}`;
}

function refusal(what: string, { host, status }: { host: string; status: number }): FailureError {
  return new FailureError({
    cause: "refused",
    message: `${host} refuses to hand out ${what}: it answered ${status} to ${maxRefused} fresh addresses`,
    hint: "check this machine's clock: signed addresses are valid for a short time only",
  });
}

function exhausted(what: string, error: TransientError, part: PartFile): FailureError {
  const failure = {
    cause: "network",
    message: `the download of ${what} was given up: ${error.message}`,
    hint:
      part.sizeBytes > 0
        ? `run again to go on after the ${formatBytes(part.sizeBytes)} that are here`
        : "check the connection and run again",
  } as const;
  return new FailureError(failure, { cause: error });
}

/** The disk's troubles are the world's, not a bug. */
function explain(error: unknown, what: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new FailureError(
    {
      cause: "disk",
      message: `the disk filled up while ${what} was written`,
      hint: "free some space and run again: what was downloaded so far is kept",
    },
    { cause: error },
  );
}
