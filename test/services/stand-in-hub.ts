import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A file of the hub; large ones are sent to storage by a redirect, as on the real hub. */
export interface HubFileOptions {
  readonly content: Buffer;
  readonly isLarge?: boolean;
  /** Asks for this token. */
  readonly token?: string;
}

export interface StandInHub {
  readonly url: string;
  readonly requests: {
    readonly host: "hub" | "storage";
    readonly verb: string;
    readonly path: string;
    readonly headers: IncomingMessage["headers"];
  }[];
  /** The storage's next answers break off after so many bytes each. */
  readonly drops: number[];
  close(): Promise<void>;
}

/** A Hugging Face hub on the loopback interface. Keys are `owner/name/revision/file`; `moved` maps old to new repositories. */
export async function startHub(
  files: Readonly<Record<string, HubFileOptions>>,
  moved: Readonly<Record<string, string>> = {},
): Promise<StandInHub> {
  const requests: StandInHub["requests"] = [];
  const drops: number[] = [];
  const record = (host: "hub" | "storage", { method = "", url = "", headers }: IncomingMessage) =>
    void requests.push({ host, verb: method, path: url, headers });
  const storage = createServer((request, response) => {
    record("storage", request);
    const content = files[decodeURIComponent((request.url ?? "").slice(1))]?.content;
    if (content === undefined) response.writeHead(404).end();
    else sendPart(request, response, content, drops.shift());
  });
  const storageUrl = await listen(storage);
  const hub = createServer((request, response) => {
    record("hub", request);
    const [, repository = "", revision, file] =
      /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(request.url ?? "") ?? [];
    const target = moved[repository];
    if (target !== undefined) {
      response.writeHead(307, { location: `/${target}/resolve/${revision}/${file}` }).end();
      return;
    }
    answer(request, response, { key: `${repository}/${revision}/${file}`, files, storageUrl });
  });
  const url = await listen(hub);
  return {
    url,
    requests,
    drops,
    close: async () => {
      await Promise.all([hub, storage].map(close));
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { key, files, storageUrl }: { key: string; files: Readonly<Record<string, HubFileOptions>>; storageUrl: string },
): void {
  const file = files[key];
  if (file === undefined) {
    response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
  } else if (file.token !== undefined && request.headers.authorization !== `Bearer ${file.token}`) {
    response.writeHead(401, { "x-error-code": "GatedRepo" }).end();
  } else if (file.isLarge) {
    response.writeHead(302, {
      location: `${storageUrl}/${encodeURIComponent(key)}`,
      "x-linked-etag": `"${createHash("sha256").update(file.content).digest("hex")}"`,
      "x-linked-size": file.content.length,
      etag: '"a-name-for-the-pointer"',
    });
    response.end();
  } else {
    sendPart(request, response, file.content, undefined);
  }
}

function sendPart(request: IncomingMessage, response: ServerResponse, content: Buffer, drop: number | undefined): void {
  const etag = `"${createHash("sha1").update(content).digest("hex")}"`;
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
  const start = asked !== undefined && request.headers["if-range"] === etag ? Number(asked) : 0;
  response.writeHead(asked === undefined ? 200 : 206, {
    etag,
    "accept-ranges": "bytes",
    "content-length": content.length - start,
    ...(asked !== undefined && { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  if (request.method === "HEAD" || drop === undefined)
    response.end(request.method === "HEAD" ? "" : content.subarray(start));
  else response.write(content.subarray(start, start + drop), () => response.socket?.destroySoon());
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
