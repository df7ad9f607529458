import { readFileSync } from "node:fs";
import { Agent as HttpAgent, type OutgoingHttpHeaders, request as requestHttp } from "node:http";
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
      const endCall = pace?.beginCall();
      return new Promise<TransportAnswer>((resolve, reject) => {
        const outgoing = request(address, { method, headers, agent, signal }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            resolve({ status: answer.statusCode ?? 0, text, location: answer.headers.location });
          });
        });
        outgoing.on("error", (error) => reject(signal.aborted ? signal.reason : error));
        outgoing.end(body?.bytes);
      }).finally(endCall);
    },
  };
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
