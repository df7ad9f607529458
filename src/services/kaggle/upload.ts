import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { FailureError } from "../../base/failure.ts";
import { discardBody, hostOf, send, transientAnswer } from "../http-request.ts";
import { mayRetry, patientPolicy, type RetryPolicy, TransientError, waitBeforeRetry } from "../http-retry.ts";
import type { KaggleClient } from "./client.ts";
import { readText } from "./competition.ts";

export interface UploadOptions {
  readonly policy?: RetryPolicy;
  /** Bytes per request; larger files take several. A multiple of 256 KiB, as the storage asks. */
  readonly chunkBytes?: number;
  onProgress?(progress: { readonly sentBytes: number; readonly totalBytes: number }): void;
}

/** Sessions that expire so often in a row have another trouble. */
const maxSessions = 3;

/** Puts a file into Kaggle's storage and returns the token that names it in a submission. Goes on after a drop where the storage stopped. */
export async function uploadFile(
  client: KaggleClient,
  competition: string,
  path: string,
  options: UploadOptions = {},
): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  for (let session = 1; ; session++) {
    const { token, createUrl } = await startUpload(client, {
      competitionName: competition,
      fileName: basename(path),
      contentLength: size,
      lastModifiedEpochSeconds: Math.floor(mtimeMs / 1000),
    });
    if (await sendFile(client, { path, url: createUrl, totalBytes: size }, options)) return token;
    if (session >= maxSessions) {
      throw new FailureError({
        cause: "network",
        message: `the upload of ${basename(path)} expired ${session} times before it was complete`,
        hint: "try again over a faster connection",
      });
    }
    client.notice("the upload expired; starting a new one");
  }
}

async function startUpload(
  client: KaggleClient,
  request: { competitionName: string; fileName: string; contentLength: number; lastModifiedEpochSeconds: number },
): Promise<{ token: string; createUrl: string }> {
  const answer = await client.call("StartSubmissionUpload", request);
  const [token, createUrl] = [readText(answer, "token"), readText(answer, "createUrl")];
  if (token !== undefined && createUrl !== undefined) return { token, createUrl };
  throw new FailureError({ cause: "network", message: "Kaggle gave no address to upload the submission to" });
}

interface UploadSession {
  readonly path: string;
  readonly url: string;
  readonly totalBytes: number;
}

/** True when the storage has the whole file, false when the session expired. */
async function sendFile(client: KaggleClient, session: UploadSession, options: UploadOptions): Promise<boolean> {
  const { policy = patientPolicy } = options;
  const { clock, signal } = client;
  let [offset, isAsking] = [0, false];
  for (let numFailed = 0; ; ) {
    try {
      const answer = await (isAsking ? askOffset(client, session) : sendChunk(client, session, offset, options));
      if (answer.type !== "more") return answer.type === "complete";
      if (answer.offset > offset) numFailed = 0;
      else if (!isAsking) throw new TransientError(`${hostOf(session.url)} took nothing of the file`);
      [offset, isAsking] = [answer.offset, false];
      options.onProgress?.({ sentBytes: offset, totalBytes: session.totalBytes });
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      numFailed += 1;
      if (!mayRetry(error, numFailed, policy)) {
        const message = `the upload of ${basename(session.path)} was given up: ${error.message}`;
        throw new FailureError(
          { cause: "network", message, hint: "check the connection and run again" },
          { cause: error },
        );
      }
      await waitBeforeRetry(error, numFailed, { policy, clock, signal, onNotice: (text) => client.notice(text) });
      isAsking = true;
    }
  }
}

type UploadAnswer =
  | { readonly type: "complete" }
  | { readonly type: "expired" }
  /** The storage has the first `offset` bytes. */
  | { readonly type: "more"; readonly offset: number };

async function sendChunk(
  client: KaggleClient,
  { path, url, totalBytes }: UploadSession,
  offset: number,
  { chunkBytes = 8 * 1024 * 1024 }: UploadOptions,
): Promise<UploadAnswer> {
  const chunk = await readChunk(path, offset, Math.min(chunkBytes, totalBytes - offset));
  const end = offset + chunk.byteLength;
  // A file that fits into one request is sent as Kaggle's own client sends it, without a range.
  const headers: Record<string, string> =
    chunk.byteLength === totalBytes ? {} : { "Content-Range": `bytes ${offset}-${end - 1}/${totalBytes}` };
  return await put(client, url, headers, chunk);
}

async function askOffset(client: KaggleClient, { url, totalBytes }: UploadSession): Promise<UploadAnswer> {
  return await put(client, url, { "Content-Range": `bytes */${totalBytes}` }, new Uint8Array(0));
}

async function put(
  client: KaggleClient,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<UploadAnswer> {
  // `fetch` itself never follows a 308 without a location; `manual` makes that a promise.
  const response = await send({
    method: "PUT",
    url,
    headers,
    body,
    redirect: "manual",
    timeoutMs: 300_000,
    signal: client.signal,
  });
  await discardBody(response);
  const trouble = transientAnswer(response, client.clock);
  if (trouble !== undefined) throw trouble;
  switch (response.status) {
    case 200:
    case 201:
      return { type: "complete" };
    case 308:
      return { type: "more", offset: readOffset(response.headers.get("range")) };
    case 404:
    case 410:
      return { type: "expired" };
    default:
      throw new FailureError({
        cause: "refused",
        message: `${hostOf(url)} does not take the submission's file: it answered ${response.status}`,
        hint: "run again; if it persists, submit the file by hand to see Kaggle's reason",
      });
  }
}

/** `Range: bytes=0-99` means that 100 bytes are there; no header means none. */
function readOffset(header: string | null): number {
  const last = /^bytes=0-(\d+)$/.exec(header ?? "")?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}

async function readChunk(path: string, offset: number, numBytes: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const buffer = new Uint8Array(numBytes);
    const { bytesRead } = await file.read(buffer, 0, numBytes, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
