import { readdir, readFile } from "node:fs/promises";
import { signalGroup } from "../util/process-group.ts";
import { type ProcessIdentity, processState } from "../util/process-identity.ts";

/** The environment of a stage's process, and of all that it starts, carries the path of its identity file under this name. */
export const attemptVariable = "PIPE_ATTEMPT";

const pollMs = 100;
/** A stage whose runner died keeps its checkpoint and ends by itself; it is ended when that takes longer. */
const graceMs = 90_000;

export interface OrphanOptions {
  readonly signal: AbortSignal;
  /** Called once when there is something to wait for. */
  readonly onOrphan?: (pid: number) => void;
}

/**
 * Waits for the end of the process that an earlier, killed attempt left at work, and ends what that process itself left
 * behind: two must never write to one work folder.
 */
export async function awaitOrphan(identityFile: string, { signal, onOrphan }: OrphanOptions): Promise<void> {
  const orphan = await loadIdentity(identityFile);
  if (orphan === undefined || processState(orphan) === "elsewhere") return;
  const deadline = performance.now() + graceMs;
  if (processState(orphan) === "alive") onOrphan?.(orphan.pid);
  while (processState(orphan) === "alive") {
    signal.throwIfAborted();
    if (performance.now() > deadline) signalGroup(orphan.pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  await endGroup(orphan, identityFile);
}

/** Whether the process that an earlier attempt left is, or may be, still at work. */
export async function hasOrphan(identityFile: string): Promise<boolean> {
  const orphan = await loadIdentity(identityFile);
  return orphan !== undefined && processState(orphan) !== "dead";
}

async function loadIdentity(path: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/** Ends what the dead process's commands still run; each is known by the variable that its environment carries. */
async function endGroup(orphan: ProcessIdentity, identityFile: string): Promise<void> {
  const mark = `${attemptVariable}=${identityFile}`;
  const ofGroup = (await listProcesses()).filter((one) => one.session === orphan.pid);
  for (const { pid } of ofGroup) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (environment.split("\0").includes(mark)) signalProcess(pid);
  }
}

/** Empty where there is no `/proc`. */
async function listProcesses(): Promise<{ pid: number; session: number }[]> {
  const names = await readdir("/proc").catch(() => []);
  const stats = names
    .filter((name) => /^\d+$/.test(name))
    .map(async (name) => {
      const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
      // Behind the program's name, which is in parentheses: state, parent, group, session.
      return { pid: Number(name), session: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]) };
    });
  return Promise.all(stats);
}

function signalProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
}
