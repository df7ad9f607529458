import { setTimeout as delay } from "node:timers/promises";
import { explainAnswer, explainSilence, parseJson } from "./explain-answer.ts";
import { MlflowError } from "./mlflow-error.ts";
import type { HttpMethod, MlflowTransport } from "./mlflow-transport.ts";

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

/** Sends one call and returns its JSON answer. Throws `MlflowError`, or the signal's reason. */
export async function requestMlflow(transport: MlflowTransport, options: RequestOptions): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await requestOnce(transport, options);
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

async function requestOnce(transport: MlflowTransport, options: RequestOptions): Promise<unknown> {
  const { method, path, query = {}, json, timeoutMs, signal } = options;
  const body = json === undefined ? options.body : { bytes: JSON.stringify(json), type: "application/json" };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const answer = await transport.send({ method, path, query, body, signal: limit }).catch((error: unknown) => {
    throw explainSilence(error, transport.server);
  });
  if (answer.status < 200 || answer.status >= 300) throw explainAnswer(answer, transport.server);
  return answer.text === "" ? {} : parseJson(answer.text);
}
