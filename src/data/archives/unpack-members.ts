import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { nextTurn } from "../../util/next-turn.ts";
import { archiveFailure } from "./archive-failures.ts";
import { isUnpacked, type OpenZip, unpackMember } from "./unpack-member.ts";
import type { ZipMember } from "./zip-directory.ts";

/** A file to unpack, and whether one of its size is there from an earlier attempt. */
export interface PendingMember {
  readonly member: ZipMember;
  readonly isThere: boolean;
}

export interface UnpackMembersOptions {
  readonly archive: string;
  readonly target: string;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Unpacks files of one archive, one after the other, in this thread. Throws `FailureError` at the first that cannot be unpacked; that
 * one is not left behind.
 */
export async function unpackMembers(
  pending: Iterable<PendingMember> | AsyncIterable<PendingMember>,
  options: UnpackMembersOptions,
): Promise<void> {
  const { archive, target } = options;
  const file = openSync(archive, "r");
  try {
    for await (const { member, isThere } of pending) {
      try {
        await unpackOne({ ...options, file }, member, isThere);
      } catch (error) {
        rmSync(join(target, member.name), { force: true });
        throw archiveFailure(error, { archive, target, member: member.name });
      }
      await nextTurn();
    }
  } finally {
    closeSync(file);
  }
}

async function unpackOne(zip: OpenZip, member: ZipMember, isThere: boolean): Promise<void> {
  if (isThere && isUnpacked(zip.target, member)) zip.onBytes(member.sizeBytes);
  else await unpackMember(zip, member);
}
