import { randomBytes } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "./error-code.ts";
import { identifyProcess, type ProcessIdentity, processState } from "./process-identity.ts";

/** The right to be the only one at work on something. It needs no unlocking by hand: it ends with the process that holds it. */
export interface FolderLock {
  release(): Promise<void>;
}

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once, when somebody else holds the lock. */
  readonly onWait?: (owner: ProcessIdentity) => void;
}

export type LockTrial =
  | { readonly type: "taken"; readonly lock: FolderLock }
  | { readonly type: "held"; readonly owner: ProcessIdentity };

type Claim = { readonly state: "held"; readonly owner: ProcessIdentity } | { readonly state: "free" };

const pollMs = 200;
/** Who has waited for long can wait a little longer: sixty stages of a run may want one result. */
const maxPollMs = 1_000;
/** A holder that cannot be seen, on another machine or in another container, shows by this that it lives. */
const heartbeatMs = 10_000;
const silenceMs = 60_000;

export interface WorkOptions {
  /** Called once, with the number of the process that holds the lock. */
  readonly onWait?: (pid: number) => void;
  readonly signal?: AbortSignal;
}

/** Does `work` while nobody else does theirs under the lock of the same folder, which is made and stays. */
export async function withFolderLock<Value>(
  folder: string,
  { onWait, signal = new AbortController().signal }: WorkOptions,
  work: () => Promise<Value>,
): Promise<Value> {
  const lock = await acquireLock(folder, { signal, onWait: ({ pid }) => onWait?.(pid) });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** Waits until this process holds the lock of a folder. Throws the signal's reason when it is aborted. */
export async function acquireLock(folder: string, { signal, onWait }: LockOptions): Promise<FolderLock> {
  for (let waitMs = 0; ; ) {
    signal.throwIfAborted();
    const tried = await tryLock(folder);
    if (tried.type === "taken") return tried.lock;
    if (waitMs === 0) onWait?.(tried.owner);
    waitMs = waitMs === 0 ? pollMs : Math.min(maxPollMs, waitMs * 1.1);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/**
 * Takes the lock of a folder, or tells who holds it. The folder holds numbered claims, of which the highest counts; it is
 * never removed. A claim is made by a hard link from a complete file, which only one process can do for a number: of two
 * that find the highest claim's owner dead, one gets the next number, and nobody can take away a claim by mistake.
 */
export async function tryLock(folder: string): Promise<LockTrial> {
  await mkdir(folder, { recursive: true });
  for (;;) {
    const numbers = await listClaims(folder);
    const highest = numbers[0] ?? 0;
    const current = await readClaim(folder, highest);
    if (current.state === "held") return { type: "held", owner: current.owner };
    const number = highest + 1;
    if (!(await tryClaim(folder, number))) continue;
    // Since the listing, others may have come, gone and removed this number: then it is free again, but below another.
    if ((await listClaims(folder))[0] === number) {
      await removeClaims(folder, numbers);
      await removeTemporaries(folder);
      return { type: "taken", lock: hold(join(folder, String(number))) };
    }
    await removeClaims(folder, [number]);
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
  const made = await stat(probe).catch(() => undefined);
  await rm(probe, { force: true });
  // Whoever took the lock meanwhile has tidied up.
  if (made === undefined) return false;
  const lastSign = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  return made.mtimeMs - lastSign > silenceMs;
}

async function tryClaim(folder: string, number: number): Promise<boolean> {
  const temporary = join(folder, `claim-${randomBytes(6).toString("hex")}`);
  const claim: Claim = { state: "held", owner: identifyProcess(process.pid) };
  await writeFile(temporary, JSON.stringify(claim));
  try {
    await link(temporary, join(folder, String(number)));
    return true;
  } catch (error) {
    if (["EEXIST", "ENOENT"].includes(errorCode(error) ?? "")) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Only the holder does so; one who tries meanwhile, and whose file goes with those of the dead, tries again. */
async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (/^claim-|^clock-|\.free$/.test(name)) await rm(join(folder, name), { force: true });
}

async function removeClaims(folder: string, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await rm(join(folder, String(number)), { force: true });
}

function hold(path: string): FolderLock {
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
      await rename(temporary, path).catch((error) => {
        // One that was silent for so long that it passed for dead holds nothing any more.
        if (errorCode(error) !== "ENOENT") throw error;
      });
    },
  };
}
