import type { Digests } from "./digests.ts";
import type { RemoteIdentity } from "./download-part.ts";

/** What an answer to a (possibly partial) GET means for the part that we hold. */
export type DownloadAnswer =
  /** The body goes on exactly where the part ends. */
  | { readonly type: "continue" }
  /** The body is the whole file: the range was ignored, the file changed, or none was asked for. */
  | { readonly type: "whole"; readonly identity: RemoteIdentity }
  /** What we hold cannot be continued; begin again. */
  | { readonly type: "stale"; readonly reason: string }
  /** The address was refused; a signed one may have expired. */
  | { readonly type: "refused"; readonly status: number };

/** Tells what an answer is, by its status and headers. Statuses worth a retry have been dealt with before. */
export function readDownloadAnswer(
  status: number,
  headers: Headers,
  held: { readonly sizeBytes: number; readonly identity: RemoteIdentity | undefined },
): DownloadAnswer {
  switch (status) {
    case 200:
      return { type: "whole", identity: readIdentity(headers, parseLength(headers.get("content-length"))) };
    case 206:
      return readPartialAnswer(headers, held);
    case 416:
      return { type: "stale", reason: "the server has no such range" };
    default:
      return { type: "refused", status };
  }
}

function readPartialAnswer(
  headers: Headers,
  held: { readonly sizeBytes: number; readonly identity: RemoteIdentity | undefined },
): DownloadAnswer {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "");
  if (range === null) return { type: "stale", reason: "the server sent a part without saying which" };
  const [start, total] = [Number(range[1]), range[3] === "*" ? undefined : Number(range[3])];
  if (start !== held.sizeBytes)
    return { type: "stale", reason: `the server sent bytes from ${start}, not ${held.sizeBytes}` };
  const now = readIdentity(headers, total);
  const before = held.identity;
  if (now.sizeBytes !== undefined && before?.sizeBytes !== undefined && now.sizeBytes !== before.sizeBytes) {
    return { type: "stale", reason: "the file changed its size on the server" };
  }
  if (now.etag !== undefined && before?.etag !== undefined && now.etag !== before.etag) {
    return { type: "stale", reason: "the file changed on the server" };
  }
  return { type: "continue" };
}

function readIdentity(headers: Headers, sizeBytes: number | undefined): RemoteIdentity {
  const etag = headers.get("etag");
  return {
    // A weak ETag promises the same meaning, not the same bytes: nothing may be spliced on its word.
    etag: etag === null || etag.startsWith("W/") ? undefined : etag,
    lastModified: headers.get("last-modified") ?? undefined,
    sizeBytes,
    digests: parseGoogleHash(headers.get("x-goog-hash") ?? ""),
  };
}

/**
 * The better digest of `x-goog-hash: crc32c=<base64>,md5=<base64>`. Google leaves the md5 out for objects composed of
 * several, which large archives are.
 */
function parseGoogleHash(header: string): Digests {
  const find = (name: string) => new RegExp(`(?:^|[,\\s])${name}=([A-Za-z0-9+/]+=*)`).exec(header)?.[1];
  const toHex = (encoded: string) => Buffer.from(encoded, "base64").toString("hex");
  const [md5, crc32c] = [find("md5"), find("crc32c")];
  if (md5 !== undefined) return { md5: toHex(md5) };
  return crc32c === undefined ? {} : { crc32c: toHex(crc32c) };
}

function parseLength(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined;
}
