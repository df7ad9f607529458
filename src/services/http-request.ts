import { FailureError } from "../base/failure.ts";
import { parseRetryAfter } from "../util/retry-after.ts";
import type { Clock } from "./clock.ts";
import { isTransientStatus, TransientError } from "./http-retry.ts";
import { findFetch, proxyHostOf } from "./proxied-fetch.ts";

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** `manual` hands the redirect itself back. */
  readonly redirect?: "follow" | "manual";
  /** Until the head of the answer is there. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Sent with every request; a server's log then says who calls. */
const userAgent = "pipe/0.1";

/**
 * Sends one request and returns the answer, whatever its status. Throws `TransientError` when there is no answer, and
 * the signal's reason when it is aborted. The body is not limited in time; `readBody` and downloads see to that.
 */
export async function send(request: HttpRequest): Promise<Response> {
  request.signal.throwIfAborted();
  const fetch = await findFetch();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
  try {
    return await fetch(request.url, {
      method: request.method,
      headers: { "User-Agent": userAgent, ...request.headers },
      redirect: request.redirect ?? "follow",
      signal: AbortSignal.any([request.signal, deadline.signal]),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
  } catch (error) {
    request.signal.throwIfAborted();
    throw explainNoAnswer(request, error, deadline.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a whole short body as text; longer ones than `maxBytes` are cut off. */
export async function readText(response: Response, signal: AbortSignal, maxBytes = 8 * 1024 * 1024): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let numBytes = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      numBytes += chunk.byteLength;
      if (numBytes >= maxBytes) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new TransientError(`the answer of ${hostOf(response.url)} broke off (${describeCause(error)})`, {
      cause: error,
    });
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The error for a status worth another attempt; undefined for any other status. */
export function transientAnswer(
  response: Response,
  clock: Clock,
  what = hostOf(response.url),
): TransientError | undefined {
  if (!isTransientStatus(response.status)) return undefined;
  const rateLimited = response.status === 429;
  const words = rateLimited ? "too many requests" : response.statusText || "server trouble";
  return new TransientError(`${what} answered ${response.status} (${words})`, {
    retryAfterMs: parseRetryAfter(response.headers.get("retry-after"), clock.now()),
    rateLimited,
  });
}

/** Lets go of a body that nobody reads, so that its connection can be used again or closed. */
export async function discardBody(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

/** The host of an address, for messages: a signed address must not be printed. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "the server";
}

/** What the network layer said, e.g. `ECONNRESET`. */
export function describeCause(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
  return code ?? cause.message;
}

function explainNoAnswer(request: HttpRequest, error: unknown, timedOut: boolean): Error {
  const host = hostOf(request.url);
  const proxy = proxyHostOf(request.url);
  const way = proxy === undefined ? "" : ` through the proxy ${proxy}`;
  if (timedOut) return new TransientError(`${host} did not answer${way} within ${request.timeoutMs / 1000} s`);
  const answer = proxy === undefined ? undefined : readProxyAnswer(error);
  if (proxy !== undefined && answer !== undefined) return explainProxyAnswer(host, proxy, answer);
  const code = describeCause(error);
  if (/^(CERT_|DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_|ERR_TLS_)/.test(code)) {
    return new FailureError({
      cause: "environment",
      message: `the certificate of ${host} is not trusted (${code})`,
      hint: "a network with a login page answers so until you log in; behind a proxy that inspects traffic, name its certificate in NODE_EXTRA_CA_CERTS",
    });
  }
  return new TransientError(`could not reach ${host}${way} (${code})`, { cause: error });
}

/** The status with which a proxy refused, which undici says in words only. */
function readProxyAnswer(error: unknown): number | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const [, status] = /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(cause.message) ?? [];
    if (status !== undefined) return Number(status);
  }
  return undefined;
}

function explainProxyAnswer(host: string, proxy: string, status: number): Error {
  const message = `the proxy ${proxy} does not let requests through to ${host}: it answered ${status}`;
  if (isTransientStatus(status)) return new TransientError(message);
  const hint =
    status === 407
      ? `give it a user and a password: HTTPS_PROXY=http://USER:PASSWORD@${proxy}`
      : `ask those who run it; NO_PROXY=${host} goes around it, where there is another way`;
  return new FailureError({ cause: status === 407 ? "environment" : "refused", message, hint });
}
