import { randomBytes } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../util/error-code.ts";
import { identifyProcess, type ProcessIdentity, processState } from "../util/process-identity.ts";

/** The right to make one cache entry. It needs no unlocking by hand: it ends with the process that holds it. */
export interface EntryLock {
  release(): Promise<void>;
}

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once, when somebody else holds the lock. */
  readonly onWait?: (owner: ProcessIdentity) => void;
}

type Claim = { readonly state: "held"; readonly owner: ProcessIdentity } | { readonly state: "free" };

const pollMs = 200;
/** A holder that cannot be seen, on another machine or in another container, shows by this that it lives. */
const heartbeatMs = 10_000;
const silenceMs = 60_000;

/**
 * Waits until this process holds the lock of a folder. The folder holds numbered claims, of which the highest counts. A
 * claim is made by a hard link from a complete file, which only one process can do, and the highest is never removed: of
 * two that find its owner dead, one gets the next number, and no one can take away a claim that is younger than it looks.
 * Throws the signal's reason when it is aborted.
 */
export async function acquireLock(folder: string, { signal, onWait }: LockOptions): Promise<EntryLock> {
  await mkdir(folder, { recursive: true });
  for (let isFirst = true; ; isFirst = false) {
    signal.throwIfAborted();
    const numbers = await listClaims(folder);
    const highest = numbers[0] ?? 0;
    const current = await readClaim(folder, highest);
    if (current.state === "free" && (await tryClaim(folder, highest + 1))) {
      await removeClaims(folder, numbers);
      return hold(join(folder, String(highest + 1)));
    }
    if (current.state === "held") {
      if (isFirst) onWait?.(current.owner);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
}

async function listClaims(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => b - a);
}

async function readClaim(folder: string, number: number): Promise<Claim> {
  if (number === 0) return { state: "free" };
  const path = join(folder, String(number));
  const claim = parseClaim(await readFile(path, "utf8").catch(() => ""));
  if (claim.state === "free") return claim;
  const life = processState(claim.owner);
  const isAlive = life === "alive" || (life === "elsewhere" && !(await isSilent(folder, path)));
  return isAlive ? claim : { state: "free" };
}

/** A claim that cannot be read was cut off by a loss of power, and its owner with it. */
function parseClaim(text: string): Claim {
  try {
    return JSON.parse(text) as Claim;
  } catch {
    return { state: "free" };
  }
}

/** Compares with the clock of the file system, which all who share it see alike. */
async function isSilent(folder: string, path: string): Promise<boolean> {
  const probe = join(folder, `clock-${randomBytes(6).toString("hex")}`);
  await writeFile(probe, "");
  const now = (await stat(probe)).mtimeMs;
  await rm(probe, { force: true });
  const lastSign = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  return now - lastSign > silenceMs;
}

async function tryClaim(folder: string, number: number): Promise<boolean> {
  const temporary = join(folder, `claim-${randomBytes(6).toString("hex")}`);
  const claim: Claim = { state: "held", owner: identifyProcess(process.pid) };
  await writeFile(temporary, JSON.stringify(claim));
  try {
    await link(temporary, join(folder, String(number)));
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function removeClaims(folder: string, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await rm(join(folder, String(number)), { force: true });
}

function hold(path: string): EntryLock {
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, heartbeatMs);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      const free: Claim = { state: "free" };
      const temporary = `${path}.free`;
      await writeFile(temporary, JSON.stringify(free));
      await rename(temporary, path);
    },
  };
}
