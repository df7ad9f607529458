import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { MemberRefused } from "./member-names.ts";

/** A symbolic link in an archive. */
export interface MemberLink {
  /** Its own path, relative to the target, `/` between its parts. */
  readonly name: string;
  /** As the archive has it: relative to the link's folder. */
  readonly leadsTo: string;
}

/**
 * Throws `MemberRefused` for a link that leads out of the target, or might through another link. Its own folder is a real one, so steps
 * up at the beginning can be counted; after a step down, which may go through a link, nobody knows where a step up leads.
 */
export function checkLink({ name, leadsTo }: MemberLink): void {
  const refuse = (why: string): never => {
    throw new MemberRefused(`"${name}" is a link to "${leadsTo}", ${why}`);
  };
  if (leadsTo === "" || /[\0\\]/.test(leadsTo)) refuse("which disks read differently");
  if (leadsTo.startsWith("/") || /^[a-zA-Z]:/.test(leadsTo)) refuse("an absolute path");
  const steps = leadsTo.split("/").filter((step) => step !== "" && step !== ".");
  const numUp = steps.findIndex((step) => step !== "..");
  const numLeading = numUp === -1 ? steps.length : numUp;
  if (numLeading > name.split("/").length - 1) refuse("which leads out of the folder");
  if (steps.slice(numLeading).includes("..")) refuse("which goes down and up again, and may lead out of the folder");
}

/** Makes the links once all files are there, so that nothing is written through one; what an earlier attempt left is replaced. */
export async function makeLinks(target: string, links: readonly MemberLink[]): Promise<void> {
  for (const { name, leadsTo } of links) {
    await rm(join(target, name), { force: true });
    await symlink(leadsTo, join(target, name));
  }
}
