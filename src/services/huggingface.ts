import { basename, join } from "node:path";
import { FailureError } from "../base/failure.ts";
import { pathExists } from "../util/path-exists.ts";
import { type Clock, systemClock } from "./clock.ts";
import { downloadFile } from "./download.ts";
import { patientPolicy, retryTransient, TransientError } from "./http-retry.ts";
import { askHub, type HubAnswer, type HubContext, type HubFile } from "./hub-address.ts";
import { claimPart } from "./part-claim.ts";

export interface HubRequest extends HubFile {
  /** What the file must be, in hex. Without it the hub's own word is taken, and checked against what arrives. */
  readonly sha256?: string;
  /** A store of downloads, shared by processes: each file lies in a folder named after its content. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  onProgress?(progress: { readonly receivedBytes: number; readonly totalBytes: number | undefined }): void;
  onNotice?(text: string): void;
}

/**
 * Returns the path of a file of the Hugging Face hub, downloading it if the store has it not. Honours `HF_ENDPOINT` and
 * `HF_TOKEN`. With a known sha256 and the file in the store no server is asked.
 */
export async function downloadFromHub(request: HubRequest): Promise<string> {
  const { environment, signal, clock = systemClock } = request;
  const context: HubContext = { environment, clock, signal };
  const given = request.sha256?.toLowerCase();
  if (given !== undefined && !isSha256(given)) throw notASha256(given);
  const answer = given === undefined ? await askPatiently(request, context) : undefined;
  const key = given ?? nameContent(request, answer);
  const target = join(request.folder, key, basename(request.file));
  if (await pathExists(target)) return target;

  const claim = await claimPart(join(request.folder, key));
  let isDone = false;
  try {
    await downloadFile({
      what: `${request.repository}/${request.file}`,
      address: async () => (await askHub(request, context)).address,
      target,
      part: join(claim.folder, "content.part"),
      expected: {
        ...(isSha256(key) && { sha256: key }),
        ...(answer?.sizeBytes !== undefined && { sizeBytes: answer.sizeBytes }),
      },
      clock,
      signal,
      onProgress: (progress) => request.onProgress?.(progress),
      onNotice: (text) => request.onNotice?.(text),
    });
    isDone = true;
  } finally {
    await (isDone ? claim.discard() : claim.release());
  }
  return target;
}

async function askPatiently(request: HubRequest, context: HubContext): Promise<HubAnswer> {
  const onNotice = (text: string) => request.onNotice?.(text);
  try {
    return await retryTransient(() => askHub(request, context), { ...context, policy: patientPolicy, onNotice });
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    const hint = "check the connection; with a sha256 and the file downloaded once, no connection is needed";
    throw new FailureError({ cause: "network", message: `gave up on the Hugging Face hub: ${error.message}`, hint });
  }
}

/** The sha256 that the hub keeps for large files, or a name from whatever else it calls a small file's content. */
function nameContent(request: HubRequest, answer: HubAnswer | undefined): string {
  const etag = answer?.etag;
  if (etag !== undefined && /^[\w-]{8,}$/.test(etag)) return isSha256(etag) ? etag : `etag-${etag}`;
  throw new FailureError({
    cause: "configuration",
    message: `the hub does not say what ${request.repository}/${request.file} contains, so it cannot be checked`,
    hint: "give its sha256",
  });
}

function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function notASha256(text: string): FailureError {
  return new FailureError({
    cause: "configuration",
    message: `"${text}" is not a sha256`,
    hint: "a sha256 has 64 hexadecimal digits; the hub shows it on the page of the file",
  });
}
