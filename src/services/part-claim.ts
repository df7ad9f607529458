import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** A folder for an unfinished download that no other process uses. */
export interface PartClaim {
  readonly folder: string;
  /** Leaves what is in the folder to whoever wants the same file next. */
  release(): Promise<void>;
  /** Removes the folder, and those that dead processes left. */
  discard(): Promise<void>;
}

let numClaims = 0;

/**
 * Claims a folder below `parent`, if possible one with the beginning that an earlier process left. Needs no lock: a claim
 * is a rename, which one process wins; the folder's name says whose it is, and the dead have no claims.
 */
export async function claimPart(parent: string): Promise<PartClaim> {
  await mkdir(parent, { recursive: true });
  const folder = join(parent, `partial.${hostname()}.${process.pid}.${process.hrtime.bigint()}-${numClaims++}`);
  if (!(await adopt(parent, folder))) await mkdir(folder);
  return {
    folder,
    release: () => rename(folder, `${folder}.free`),
    async discard() {
      const orphans = (await readdir(parent)).filter(isOrphan);
      await Promise.all(
        [folder, ...orphans.map((name) => join(parent, name))].map((path) =>
          rm(path, { recursive: true, force: true }),
        ),
      );
    },
  };
}

async function adopt(parent: string, folder: string): Promise<boolean> {
  for (const name of (await readdir(parent)).filter(isOrphan).sort()) {
    const isOurs = await rename(join(parent, name), folder).then(
      () => true,
      () => false, // Another process was quicker.
    );
    if (isOurs) return true;
  }
  return false;
}

function isOrphan(name: string): boolean {
  if (!name.startsWith(`partial.${hostname()}.`)) return false;
  if (name.endsWith(".free")) return true;
  const pid = Number(/\.(\d+)\.[\d-]+$/.exec(name)?.[1]);
  return Number.isInteger(pid) && !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
