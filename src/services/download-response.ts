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
    md5: parseGoogleMd5(headers.get("x-goog-hash")),
  };
}

/** The md5 in `x-goog-hash: crc32c=…,md5=<base64>`, as hex. Google leaves it out for files composed of several. */
function parseGoogleMd5(header: string | null): string | undefined {
  const encoded = /(?:^|[,\s])md5=([A-Za-z0-9+/]{22}==)/.exec(header ?? "")?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("hex");
}

function parseLength(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined;
}
