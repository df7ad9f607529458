import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Tells one process from every other, also from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since the machine started, as `/proc/<pid>/stat` gives it; empty where there is no `/proc`. */
  readonly startTime: string;
  /** Changes with every start of the machine; empty where it is not known. */
  readonly bootId: string;
  /** The space in which `pid` counts: a container has its own. */
  readonly pidNamespace: string;
  readonly host: string;
}

/** Throws when no process has this number. */
export function identifyProcess(pid: number): ProcessIdentity {
  process.kill(pid, 0);
  return { pid, startTime: readStartTime(pid) ?? "", ...place() };
}

/** `elsewhere`: on another machine or in another container, from which its life cannot be seen. */
export function processState(identity: ProcessIdentity): "alive" | "dead" | "elsewhere" {
  const here = place();
  if (identity.bootId !== here.bootId) return identity.host === here.host ? "dead" : "elsewhere";
  if (identity.pidNamespace !== here.pidNamespace) return "elsewhere";
  if (!isProcess(identity.pid)) return "dead";
  return (readStartTime(identity.pid) ?? "") === identity.startTime ? "alive" : "dead";
}

/** Whether a process of this machine or container has the number, be it the one that was meant or a later one. */
export function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user exists, but may not be signalled.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function place(): Pick<ProcessIdentity, "bootId" | "pidNamespace" | "host"> {
  return {
    bootId: attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()) ?? "",
    pidNamespace: attempt(() => readlinkSync("/proc/self/ns/pid")) ?? "",
    host: hostname(),
  };
}

/** Undefined for a process that is gone, or is a zombie: ended, and only not yet collected by its parent. */
function readStartTime(pid: number): string | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (stat === undefined) return undefined;
  // The second field, the program's name, may hold spaces and parentheses; fields count from behind its last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : fields[19];
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
