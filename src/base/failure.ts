/**
 * Why a stage failed, in the user's words. `cause` is for machines (retry rules, exit codes), the rest for people.
 */
export interface Failure {
  readonly cause: FailureCause;
  /** One sentence: what happened. */
  readonly message: string;
  /** How to go on: a command, a page, a setting. */
  readonly hint?: string;
  /** Lines of detail, e.g. the last lines of a log. */
  readonly detail?: string;
}

export type FailureCause =
  | "input" // the data is not as the stage needs it
  | "configuration" // the parameters do not fit the data or the machine
  | "environment" // a tool, library or credential is missing
  | "network" // a server could not be reached or gave up
  | "refused" // a server answered no: credentials, rules, limits
  | "disk" // no space, or no right to write
  | "memory" // out of memory, on host or device
  | "timeout"
  | "signal" // the child was killed
  | "command" // a `run:` command ended with a non-zero code
  | "internal"; // a bug

/** Carries a `Failure` up to the stage's boundary. Anything else that is thrown is a bug and is reported as `internal`. */
export class FailureError extends Error {
  override readonly name = "FailureError";
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/** Throws a `FailureError`; for use in expressions. */
export function fail(cause: FailureCause, message: string, hint?: string): never {
  throw new FailureError(hint === undefined ? { cause, message } : { cause, message, hint });
}
