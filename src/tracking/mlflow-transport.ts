import { readFileSync } from "node:fs";
import { type ClientRequest, Agent as HttpAgent, type OutgoingHttpHeaders, request as requestHttp } from "node:http";
import { type AgentOptions, Agent as HttpsAgent, request as requestHttps } from "node:https";
import { fail } from "../base/failure.ts";
import type { ServerAddress, TlsSettings } from "./server-address.ts";
import type { ServerPace } from "./server-pace.ts";

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface TransportRequest {
  readonly method: HttpMethod;
  /** Below the server's address. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: { readonly bytes: string | Uint8Array; readonly type: string } | undefined;
  readonly signal: AbortSignal;
}

export interface TransportAnswer {
  readonly status: number;
  readonly text: string;
  /** Where the server wants to be asked instead. */
  readonly location: string | undefined;
  /** When the server wants to be asked again. */
  readonly retryAfter: string | undefined;
}

/** Takes requests to one server. */
export interface MlflowTransport {
  readonly server: ServerAddress;
  /** Resolves with the whole answer, whatever its status. Rejects with what the network says, or the signal's reason. */
  send(request: TransportRequest): Promise<TransportAnswer>;
}

/** Less than servers keep a silent connection, so that none is used that they are closing. */
const idleMs = 3_000;

/**
 * Opens the way to a server. Not by `fetch`, which takes no certificates. Throws `FailureError` when a file with
 * certificates cannot be used.
 */
export function createTransport(server: ServerAddress, pace?: ServerPace): MlflowTransport {
  const isSecure = server.url.startsWith("https:");
  const agent = isSecure
    ? new HttpsAgent({ keepAlive: true, timeout: idleMs, ...loadCertificates(server.tls) })
    : new HttpAgent({ keepAlive: true, timeout: idleMs });
  const request = isSecure ? requestHttps : requestHttp;
  return {
    server,
    send({ method, path, query, body, signal }) {
      const address = new URL(`${server.url}${path}`);
      for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
      const length = body && Buffer.byteLength(body.bytes);
      const headers: OutgoingHttpHeaders = {
        ...describeCaller(server),
        ...(body && { "content-type": body.type, "content-length": length }),
      };
      const call = pace?.beginCall();
      const sent = new Promise<TransportAnswer>((resolve, reject) => {
        const outgoing = request(address, { method, headers, agent, signal }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => {
            call?.heard();
            chunks.push(chunk);
          });
          answer.on("error", reject);
          answer.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const { location, "retry-after": retryAfter } = answer.headers;
            resolve({ status: answer.statusCode ?? 0, text, location, retryAfter });
          });
        });
        outgoing.on("error", (error) => reject(signal.aborted ? signal.reason : error));
        writeBody(outgoing, body?.bytes, () => call?.heard());
      });
      // A refused connection is an answer of a sort.
      return sent.finally(() => call?.end(signal.aborted ? "unheard" : "heard"));
    },
  };
}

/** What goes out between two looks at whether it does. */
const pieceBytes = 256 * 1024;

/** In pieces, so that a large file on its way can be told from a server that takes nothing. */
function writeBody(outgoing: ClientRequest, body: string | Uint8Array | undefined, onProgress: () => void): void {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  if (bytes === undefined || bytes.byteLength <= pieceBytes) return void outgoing.end(bytes);
  let from = 0;
  const writeNext = (): void => {
    const piece = bytes.subarray(from, from + pieceBytes);
    from += pieceBytes;
    if (from >= bytes.byteLength) return void outgoing.end(piece);
    outgoing.write(piece, (error) => {
      if (error) return;
      onProgress();
      writeNext();
    });
  };
  writeNext();
}

function describeCaller({ login, workspace }: ServerAddress): OutgoingHttpHeaders {
  return {
    ...(login?.type === "password" && {
      authorization: `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`,
    }),
    ...(login?.type === "token" && { authorization: `Bearer ${login.token}` }),
    ...(workspace !== undefined && { "x-mlflow-workspace": workspace }),
  };
}

function loadCertificates(tls: TlsSettings | undefined): AgentOptions {
  const client = tls?.clientFile === undefined ? undefined : load("MLFLOW_TRACKING_CLIENT_CERT_PATH", tls.clientFile);
  return {
    ...(tls?.trust.type === "anybody" && { rejectUnauthorized: false }),
    ...(tls?.trust.type === "file" && { ca: load("MLFLOW_TRACKING_SERVER_CERT_PATH", tls.trust.path) }),
    ...(client && { cert: client, key: client }),
  };
}

function load(variable: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return fail("environment", `${variable} names a file that cannot be read: ${path} (${reason}).`);
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  return fail("environment", `${variable} names a file that holds no certificate in PEM format: ${path}.`);
}
