import { setTimeout as delay } from "node:timers/promises";
import { explainAnswer, explainSilence } from "./explain-answer.ts";
import { MlflowError } from "./mlflow-error.ts";
import type { HttpMethod, MlflowTransport } from "./mlflow-transport.ts";
import { parseAnswer } from "./parse-answer.ts";

export interface RequestOptions {
  readonly method: HttpMethod;
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
/** A server that wants to be left alone for longer is not waited for. */
const longestPauseMs = 30_000;

/** Sends one call and returns its JSON answer. Throws `MlflowError`, or the signal's reason. */
export async function requestMlflow(transport: MlflowTransport, options: RequestOptions): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await requestOnce(transport, options);
    } catch (error) {
      await pauseAfter(error, { ...options, attempt });
    }
  }
}

export interface Attempt {
  /** From 1. */
  readonly attempt: number;
  readonly maxTries: number;
  readonly signal: AbortSignal;
}

/**
 * Waits before the next try, longer after each, and as long as the server asks for. Half of the pause is random, so that many clients do not
 * come back at once. Throws the error where another try would not help, or the signal's reason.
 */
export async function pauseAfter(error: unknown, { attempt, maxTries, signal }: Attempt): Promise<void> {
  signal.throwIfAborted();
  if (!(error instanceof MlflowError) || !error.isPassing || attempt >= maxTries) throw error;
  const { retryAfterMs = 0 } = error;
  if (retryAfterMs > longestPauseMs) throw error;
  const ownMs = firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
  await delay(retryAfterMs + ownMs, undefined, { signal });
}

async function requestOnce(transport: MlflowTransport, options: RequestOptions): Promise<unknown> {
  const { method, path, query = {}, json, timeoutMs, signal } = options;
  const body = json === undefined ? options.body : { bytes: JSON.stringify(json), type: "application/json" };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const answer = await transport.send({ method, path, query, body, signal: limit }).catch((error: unknown) => {
    throw explainSilence(error, transport.server);
  });
  const isSuccess = answer.status >= 200 && answer.status < 300;
  if (isSuccess && answer.text === "") return {};
  const value = parseAnswer(answer.text);
  // A success that is not in JSON is somebody else's: a proxy's page for logging in, say.
  if (!isSuccess || value === undefined) throw explainAnswer(answer, transport.server);
  return value;
}
