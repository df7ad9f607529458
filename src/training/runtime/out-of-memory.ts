import { FailureError } from "../../base/failure.ts";

/** TensorFlow's words for its status ResourceExhausted, and oneDNN's for its own. */
const wordings = /\bOOM\b|out of memory|ResourceExhausted|RESOURCE_EXHAUSTED|received an exception:\s*Status: 1\b/i;

/** Whether an op failed because the device had no memory left for its result. */
export function isOutOfMemory(error: unknown): error is Error {
  return error instanceof Error && !(error instanceof FailureError) && wordings.test(error.message);
}
