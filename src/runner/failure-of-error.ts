import { type Failure, FailureError } from "../base/failure.ts";
import { errorCode } from "../util/error-code.ts";

/** What was thrown, as a failure of the stage: anything that is not a `FailureError` or the disk's fault is a bug. */
export function toFailure(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  const code = errorCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return {
      cause: "disk",
      message: `The disk is full: ${message}.`,
      hint: "Make space and run the same command again.",
    };
  }
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") {
    return {
      cause: "disk",
      message: `No right to write or read: ${message}.`,
      hint: "Check the owner and the rights of that path.",
    };
  }
  if (code === "ENOENT" && isOfMkdir(error)) {
    return {
      cause: "disk",
      message: `A folder cannot be made: ${message}.`,
      hint: "The file system is read-only, or what was above the folder has just been removed.",
    };
  }
  const detail = error instanceof Error ? error.stack : undefined;
  return {
    cause: "internal",
    message: `Internal error, please report: ${message}`,
    ...(detail === undefined ? {} : { detail }),
  };
}

/** Node's recursive mkdir, which makes what is missing, has this answer for a read-only file system. */
function isOfMkdir(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "mkdir";
}
