import { type Failure, FailureError, fail } from "../../base/failure.ts";
import { errorCode } from "../../util/error-code.ts";
import { MemberRefused } from "./member-names.ts";

/** Ends with a failure that says why nobody should unpack this archive unseen. */
export function refuseArchive(archive: string, reason: string): never {
  return fail("input", `${archive} is refused: ${reason}.`, "Look at it with another program before you trust it.");
}

/** Turns what went wrong while an archive, or one member of it, was read or written into a failure for the user. */
export function archiveFailure(
  error: unknown,
  place: { archive: string; target: string; member?: string },
): FailureError {
  if (error instanceof FailureError) return error;
  return new FailureError(describe(error, place), { cause: error });
}

function describe(error: unknown, place: { archive: string; target: string; member?: string }): Failure {
  const { archive, target, member } = place;
  if (error instanceof MemberRefused) {
    return {
      cause: "input",
      message: `${archive} is refused: ${error.message}.`,
      hint: "Look at it with another program before you trust it.",
    };
  }
  if (errorCode(error) === "ENOSPC") {
    return {
      cause: "disk",
      message: `No space left while unpacking ${archive} to ${target}.`,
      hint: "Free some space, then run again: what is unpacked already is kept.",
    };
  }
  const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
  return {
    cause: "input",
    message: `${member === undefined ? archive : `"${member}" in ${archive}`} cannot be unpacked: ${reason}.`,
    hint: "The archive is damaged or of another format; get it again.",
  };
}
