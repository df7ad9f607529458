import { FailureError } from "../base/failure.ts";
import { toFailure } from "../runner/failure-of-error.ts";
import type { ExitCode, Invocation } from "./command.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { reportFailure } from "./report-failure.ts";

/** Does a command's work with a signal that Ctrl-C aborts, and words the failure in which it may end. */
export async function withInterrupts(
  invocation: Invocation,
  work: (signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const interrupts = listenForInterrupts(invocation.io, () => {});
  try {
    return await work(interrupts.signal);
  } catch (error) {
    if (interrupts.signal.aborted) return 130;
    const failure = toFailure(error);
    if (failure.cause === "internal" && !(error instanceof FailureError)) throw error;
    reportFailure(failure, invocation);
    return 1;
  } finally {
    interrupts.stop();
  }
}
