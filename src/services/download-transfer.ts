import type { Bandwidth } from "./bandwidth.ts";
import type { Clock } from "./clock.ts";
import type { DigestAlgorithm } from "./digests.ts";
import type { PartFile, RemoteIdentity } from "./download-part.ts";
import { readDownloadAnswer } from "./download-response.ts";
import { describeCause, discardBody, hostOf, send, transientAnswer } from "./http-request.ts";
import { TransientError } from "./http-retry.ts";

/** Where to get a file: an address and the headers that belong to it. */
export interface DownloadAddress {
  readonly url: string;
  /** Sent to this address only; never put credentials here for a storage host that signs its addresses. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What became of one attempt; everything else is thrown. */
export type TransferResult =
  | { readonly type: "complete" }
  | { readonly type: "refused"; readonly status: number; readonly host: string };

export interface TransferOptions {
  readonly timeoutMs: number;
  /** A body that is silent for so long has stalled. */
  readonly idleTimeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly bandwidth: Bandwidth | undefined;
  /** The digests to compute of a file that the server describes so. */
  algorithms(identity: RemoteIdentity | undefined): readonly DigestAlgorithm[];
  /** Called once the size is known; may throw. */
  beforeWriting(part: PartFile): Promise<void>;
  /** Bytes now in the part. */
  onBytes(part: PartFile): void;
}

/** Makes one attempt to complete the part. Throws `TransientError` when it ends before the file does. */
export async function transfer(
  part: PartFile,
  address: DownloadAddress,
  options: TransferOptions,
): Promise<TransferResult> {
  const stall = new AbortController();
  const signal = AbortSignal.any([options.signal, stall.signal]);
  const response = await send({
    method: "GET",
    url: address.url,
    headers: { ...address.headers, ...contentHeaders(part) },
    timeoutMs: options.timeoutMs,
    signal,
  });
  const trouble = transientAnswer(response, options.clock);
  const answer = readDownloadAnswer(response.status, response.headers, part);
  if (trouble !== undefined || answer.type === "refused" || answer.type === "stale") await discardBody(response);
  if (trouble !== undefined) throw trouble;
  switch (answer.type) {
    case "refused":
      return { type: "refused", status: answer.status, host: hostOf(response.url) };
    case "stale":
      await part.restart(undefined);
      throw new TransientError(`starting over: ${answer.reason}`, { retryAfterMs: 0 });
    case "whole":
      await part.restart(answer.identity, options.algorithms(answer.identity));
      break;
    case "continue":
      await part.resume(options.algorithms(part.identity));
      break;
  }
  await options.beforeWriting(part).catch(async (error) => {
    await discardBody(response);
    throw error;
  });
  await receive(part, response, { ...options, stall });
  return { type: "complete" };
}

/** The bytes of the file itself, which `fetch` asks for of its own accord where there is a range. */
function contentHeaders(part: PartFile): Record<string, string> {
  const validator = part.validator;
  if (validator === undefined) return { "Accept-Encoding": "identity" };
  return { Range: `bytes=${part.sizeBytes}-`, "If-Range": validator };
}

async function receive(
  part: PartFile,
  response: Response,
  options: TransferOptions & { readonly stall: AbortController },
): Promise<void> {
  const host = hostOf(response.url);
  const stallAfterIdle = () => setTimeout(() => options.stall.abort(), options.idleTimeoutMs);
  let timer = stallAfterIdle();
  try {
    // The next chunk is asked for only when this one is written, so memory stays bounded by the socket's buffers.
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      await part.append(chunk);
      options.onBytes(part);
      // Meanwhile nothing is read, and the connection's own flow control holds the sender back.
      await options.bandwidth?.take(chunk.byteLength, options.signal);
      timer = stallAfterIdle();
    }
  } catch (error) {
    options.signal.throwIfAborted();
    if (options.stall.signal.aborted)
      throw new TransientError(`${host} sent nothing for ${options.idleTimeoutMs / 1000} s`);
    if (isDiskError(error)) throw error;
    throw new TransientError(`the connection to ${host} broke off (${describeCause(error)})`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
  const expected = part.identity?.sizeBytes;
  if (expected !== undefined && part.sizeBytes < expected) {
    throw new TransientError(`${host} ended after ${part.sizeBytes} of ${expected} bytes`);
  }
}

/** Writing failed, not reading: no use in asking the server again. */
function isDiskError(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    ["ENOSPC", "EDQUOT", "EIO", "EROFS", "EFBIG"].includes(String(error.code))
  );
}
