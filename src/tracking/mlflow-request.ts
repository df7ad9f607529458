import { setTimeout as delay } from "node:timers/promises";
import type { ServerAddress } from "./server-address.ts";

/** A call that the server did not carry out, or of which it is not known whether it did. */
export class MlflowError extends Error {
  override readonly name = "MlflowError";
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** MLflow's own, e.g. `RESOURCE_DOES_NOT_EXIST`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The run is not there, or was deleted; what was told of it before is in doubt. */
  get hasLostRun(): boolean {
    if (this.status === 404) return this.code === "RESOURCE_DOES_NOT_EXIST";
    return this.status === 400 && /must be in the 'active' state/.test(this.message);
  }

  /** Another try may go through: no answer, overload, a fault of the server. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export interface RequestOptions {
  readonly method: "GET" | "POST" | "PUT";
  /** Below the server's address, e.g. `/api/2.0/mlflow/runs/create`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: { readonly bytes: Uint8Array; readonly type: string };
  /** Tries in all. More than one is for calls that may be carried out twice without harm. */
  readonly maxTries: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const firstPauseMs = 250;

/** Sends one call and returns its JSON answer. Throws `MlflowError`, or the signal's reason. */
export async function requestMlflow(server: ServerAddress, options: RequestOptions): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await requestOnce(server, options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof MlflowError) || !error.isPassing || attempt >= options.maxTries) throw error;
      await pauseAfter(attempt, options.signal);
    }
  }
}

/** Waits before the next try, longer after each. Half of the pause is random, so that many clients do not come back at once. */
export async function pauseAfter(attempt: number, signal: AbortSignal): Promise<void> {
  await delay(firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2), undefined, { signal });
}

async function requestOnce({ url, headers }: ServerAddress, options: RequestOptions): Promise<unknown> {
  const { method, path, query, json, body, timeoutMs, signal } = options;
  const address = new URL(`${url}${path}`);
  for (const [name, value] of Object.entries(query ?? {})) address.searchParams.set(name, value);
  const type = json === undefined ? body?.type : "application/json";
  const request: RequestInit = {
    method,
    headers: { ...headers, ...(type && { "content-type": type }) },
    body: json === undefined ? (body?.bytes ?? null) : JSON.stringify(json),
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  };
  try {
    const response = await fetch(address, request);
    const text = await response.text();
    if (response.ok) return text === "" ? {} : parseJson(text);
    throw describeRefusal(response.status, text, url);
  } catch (error) {
    if (error instanceof MlflowError) throw error;
    throw new MlflowError(0, "NO_ANSWER", `${url} does not answer (${reasonOf(error)})`);
  }
}

function describeRefusal(status: number, text: string, url: string): MlflowError {
  const answer = parseJson(text) as { error_code?: string; message?: string } | undefined;
  const message = answer?.message ?? text.slice(0, 300);
  if (status === 401)
    return new MlflowError(
      status,
      "UNAUTHENTICATED",
      `${url} wants credentials: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN`,
    );
  if (status === 403 && /host/i.test(message)) {
    return new MlflowError(
      status,
      "HOST_NOT_ALLOWED",
      `${url} does not serve that host name: start the server with --allowed-hosts ${new URL(url).host}`,
    );
  }
  return new MlflowError(status, answer?.error_code ?? String(status), `${url} answers ${status}: ${message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
