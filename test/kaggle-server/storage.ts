import { createHmac, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { StandInCompetition } from "./competition.ts";
import { actOut, type Fault, type FaultPlan } from "./faults.ts";

interface Upload {
  readonly token: string;
  readonly fileName: string;
  readonly totalBytes: number;
  content: Buffer;
}

/** Real storage keeps what arrived in multiples of this. */
const uploadGranularity = 256 * 1024;

/**
 * The storage behind Kaggle: signed addresses that expire, ranges, resumable uploads. It behaves as Google Cloud Storage
 * does towards a client with a signed address, including that it refuses other credentials.
 */
export class StandInStorage {
  readonly #competitions: ReadonlyMap<string, StandInCompetition>;
  readonly #faults: FaultPlan;
  readonly #secret = randomUUID();
  readonly #uploads = new Map<string, Upload>();
  readonly #lifetimeMs: number;
  /** Where callers find the storage; set when it listens. */
  origin = "";

  constructor(competitions: ReadonlyMap<string, StandInCompetition>, faults: FaultPlan, lifetimeMs: number) {
    this.#competitions = competitions;
    this.#faults = faults;
    this.#lifetimeMs = lifetimeMs;
  }

  /** A signed address of one of a competition's objects. */
  sign(slug: string, name: string): string {
    const path = `/kaggle-competitions-data/${slug}/${name.split("/").map(encodeURIComponent).join("/")}`;
    const expires = Date.now() + this.#lifetimeMs;
    const query = `X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Expires=${expires}&X-Goog-Signature=${this.#signature(path, expires)}`;
    return `${this.origin}${path}?${query}`;
  }

  /** Opens a session for the upload of one file. */
  startUpload(fileName: string, totalBytes: number): { token: string; createUrl: string } {
    const id = randomUUID();
    this.#uploads.set(id, { token: randomUUID(), fileName, totalBytes, content: Buffer.alloc(0) });
    return {
      token: this.#uploads.get(id)?.token ?? "",
      createUrl: `${this.origin}/upload/${encodeURIComponent(fileName)}?upload_id=${id}`,
    };
  }

  /** Takes a complete upload out of the storage; a token works once. */
  takeUpload(token: string): { fileName: string; content: Buffer } | undefined {
    for (const [id, upload] of this.#uploads) {
      if (upload.token !== token || upload.content.length !== upload.totalBytes) continue;
      this.#uploads.delete(id);
      return upload;
    }
    return undefined;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.origin);
    if (request.method === "PUT") return await this.#receive(request, response, url);
    const fault = this.#faults.take("download");
    if (actOut(fault, response)) return;
    if (request.headers.authorization !== undefined) return refuse(response, 400, "InvalidAuthentication");
    const expires = Number(url.searchParams.get("X-Goog-Expires"));
    if (url.searchParams.get("X-Goog-Signature") !== this.#signature(url.pathname, expires)) {
      return refuse(response, 403, "SignatureDoesNotMatch");
    }
    if (Date.now() > expires || fault?.type === "expire") return refuse(response, 400, "ExpiredToken");
    const [, , slug = "", ...name] = url.pathname.split("/").map(decodeURIComponent);
    const competition = this.#competitions.get(slug);
    const path = competition?.findObject(name.join("/"));
    if (competition === undefined || path === undefined) return refuse(response, 404, "NoSuchKey");
    await sendObject({ competition, path }, request, response, fault);
  }

  #signature(path: string, expires: number): string {
    return createHmac("sha256", this.#secret).update(`${path}\n${expires}`).digest("hex");
  }

  async #receive(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const fault = this.#faults.take("upload");
    if (fault?.type === "status" || (fault?.type === "drop" && fault.afterBytes === undefined)) {
      request.resume();
      actOut(fault, response);
      return;
    }
    const id = url.searchParams.get("upload_id") ?? "";
    if (fault?.type === "expire") this.#uploads.delete(id);
    const upload = this.#uploads.get(id);
    if (upload === undefined) return refuse(response, 404, "UploadExpired");
    await receiveChunk(upload, request, response, fault);
  }
}

async function sendObject(
  { competition, path }: { competition: StandInCompetition; path: string },
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const { sizeBytes, hash, etag, modified } = await competition.inspect(path);
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
  const condition = request.headers["if-range"];
  const mayContinue = condition === undefined || condition === etag || condition === modified.toUTCString();
  const isPartial =
    asked !== undefined &&
    fault?.type !== "ignore-range" &&
    (mayContinue || fault?.type === "shifted-range" || fault?.type === "other-etag");
  const start = isPartial ? Number(asked) + (fault?.type === "shifted-range" ? fault.by : 0) : 0;
  if (isPartial && start >= sizeBytes) {
    response.writeHead(416, { "content-range": `bytes */${sizeBytes}` }).end();
    return;
  }
  response.writeHead(isPartial ? 206 : 200, {
    "content-type": "application/zip",
    "accept-ranges": "bytes",
    etag: fault?.type === "other-etag" ? '"0123456789abcdef0123456789abcdef"' : etag,
    "last-modified": modified.toUTCString(),
    "x-goog-hash": hash,
    ...(fault?.type === "truncate" ? {} : { "content-length": sizeBytes - start }),
    ...(isPartial && { "content-range": `bytes ${start}-${sizeBytes - 1}/${sizeBytes}` }),
  });
  await sendBody(path, { start, sizeBytes }, response, fault);
}

async function sendBody(
  path: string,
  { start, sizeBytes }: { start: number; sizeBytes: number },
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const isShort = fault?.type === "drop" || fault?.type === "stall" || fault?.type === "truncate";
  const end = isShort ? Math.min(sizeBytes, start + (fault.afterBytes ?? 0)) : sizeBytes;
  let position = start;
  if (end > start) {
    for await (const chunk of createReadStream(path, { start, end: end - 1 }) as AsyncIterable<Buffer>) {
      if (response.destroyed) return;
      await write(response, chunk, { position, fault });
      position += chunk.length;
    }
  }
  // A drop must not overtake the bytes before it, so it waits until they have left.
  if (fault?.type === "drop") response.socket?.destroySoon();
  else if (fault?.type !== "stall") response.end();
}

async function write(
  response: ServerResponse,
  chunk: Buffer,
  { position, fault }: { position: number; fault: Fault | undefined },
): Promise<void> {
  const at = fault?.type === "corrupt" ? fault.at - position : -1;
  const byte = chunk[at];
  if (byte !== undefined) chunk[at] = byte ^ 1;
  await new Promise<void>((resolve) => {
    response.once("close", resolve);
    response.write(chunk, () => {
      response.off("close", resolve);
      resolve();
    });
  });
}

async function receiveChunk(
  upload: Upload,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(request.headers["content-range"] ?? "");
  const start = range?.[1] === undefined ? upload.content.length : Number(range[1]);
  const isQuestion = range !== null && range[1] === undefined;
  if (range === null) upload.content = Buffer.alloc(0);
  const limit = fault?.type === "drop" ? (fault.afterBytes ?? 0) : Number.POSITIVE_INFINITY;
  const chunks: Buffer[] = [];
  let numBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    numBytes += chunk.length;
    if (numBytes >= limit) break;
  }
  if (!isQuestion) keep(upload, start, Buffer.concat(chunks).subarray(0, limit));
  if (fault?.type === "drop") request.socket.destroy();
  else if (upload.content.length === upload.totalBytes)
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  else
    response.writeHead(308, upload.content.length === 0 ? {} : { range: `bytes=0-${upload.content.length - 1}` }).end();
}

function keep(upload: Upload, start: number, chunk: Buffer): void {
  if (start > upload.content.length) return;
  const content = Buffer.concat([upload.content.subarray(0, start), chunk]);
  const isWhole = content.length === upload.totalBytes;
  upload.content = isWhole ? content : content.subarray(0, content.length - (content.length % uploadGranularity));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
