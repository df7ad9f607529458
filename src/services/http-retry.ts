import type { Clock } from "./clock.ts";

/** A trouble that may pass by itself: a dropped connection, a stall, 408, 429 or 5xx. Worth another attempt. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  /** How long the server asked to wait. */
  readonly retryAfterMs: number | undefined;
  /** The server said that it gets too many requests. */
  readonly rateLimited: boolean;

  constructor(
    message: string,
    options: ErrorOptions & { retryAfterMs?: number | undefined; rateLimited?: boolean } = {},
  ) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
    this.rateLimited = options.rateLimited ?? false;
  }
}

/** How long to keep trying. */
export interface RetryPolicy {
  /** Attempts in a row that may fail without getting anywhere. */
  readonly maxAttempts: number;
  /** The same for a transfer that has got somewhere: what has worked comes back, perhaps when the line does. `maxAttempts` without it. */
  readonly maxAttemptsAfterProgress?: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** A server that asks for a longer wait than this is not waited for. */
  readonly maxRetryAfterMs: number;
}

export const patientPolicy: RetryPolicy = {
  maxAttempts: 9,
  maxAttemptsAfterProgress: 40,
  firstDelayMs: 1_000,
  maxDelayMs: 60_000,
  maxRetryAfterMs: 3_600_000,
};

/** A server that limits rates wants more distance than one that has just stumbled. */
const rateLimitFactor = 10;

/** Doubles with each attempt (counted from 1) up to the largest delay, less up to half of it by chance. */
function computeDelay(error: TransientError, attempt: number, policy: RetryPolicy, random: number): number {
  if (error.retryAfterMs !== undefined) return error.retryAfterMs;
  const factor = error.rateLimited ? rateLimitFactor : 1;
  const ceiling = Math.min(policy.firstDelayMs * 2 ** (attempt - 1), policy.maxDelayMs) * factor;
  return ceiling * (1 - random / 2);
}

/** Whether another attempt makes sense after `attempt` failures in a row. */
export function mayRetry(error: TransientError, attempt: number, policy: RetryPolicy): boolean {
  return attempt < policy.maxAttempts && (error.retryAfterMs ?? 0) <= policy.maxRetryAfterMs;
}

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of each wait. */
  onNotice(text: string): void;
}

/** Runs the operation until it succeeds, fails for good, or the policy is exhausted; then throws the last error. */
export async function retryTransient<Value>(operation: () => Promise<Value>, options: RetryOptions): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    options.signal.throwIfAborted();
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof TransientError) || !mayRetry(error, attempt, options.policy)) throw error;
      await waitBeforeRetry(error, attempt, options);
    }
  }
}

/** Says why and for how long, then waits. */
export async function waitBeforeRetry(error: TransientError, attempt: number, options: RetryOptions): Promise<void> {
  const { clock, policy, signal, onNotice } = options;
  const delayMs = computeDelay(error, attempt, policy, clock.random());
  onNotice(
    `${error.message}; trying again in ${formatSeconds(delayMs)} (attempt ${attempt + 1} of ${policy.maxAttempts})`,
  );
  await clock.sleep(delayMs, signal);
}

export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

function formatSeconds(durationMs: number): string {
  return durationMs < 10_000 ? `${(durationMs / 1000).toFixed(1)} s` : `${Math.round(durationMs / 1000)} s`;
}
