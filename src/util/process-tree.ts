import { readdirSync, readFileSync } from "node:fs";

/** What a process and all its descendants take. */
export interface TreeUsage {
  /** Processor seconds, also of descendants that have ended and were waited for. */
  readonly cpuSeconds: number;
  /** Resident memory; pages that several of them share count for each. */
  readonly memoryBytes: number;
}

/** Clock ticks a second in `/proc`: 100 on every Linux, whatever its kernel's own rate. */
const ticksPerSecond = 100;

/** Undefined where there is no `/proc`, or the process has ended. Takes some milliseconds. */
export function readTreeUsage(root: number): TreeUsage | undefined {
  const processes = listProcesses();
  if (!processes.has(root)) return undefined;
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of processes) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const tree = [root];
  // Grows while it is walked.
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  const ticks = tree.reduce((sum, pid) => sum + (processes.get(pid)?.cpuTicks ?? 0), 0);
  return {
    cpuSeconds: ticks / ticksPerSecond,
    memoryBytes: tree.reduce((sum, pid) => sum + readMemoryBytes(pid), 0),
  };
}

interface ProcessStat {
  readonly parent: number;
  readonly cpuTicks: number;
}

function listProcesses(): Map<number, ProcessStat> {
  const processes = new Map<number, ProcessStat>();
  for (const name of attempt(() => readdirSync("/proc")) ?? []) {
    const stat = /^\d+$/.test(name) ? attempt(() => readFileSync(`/proc/${name}/stat`, "utf8")) : undefined;
    if (stat === undefined) continue;
    // The second field, the program's name, may hold spaces and parentheses; fields count from behind its last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Its own time, and that of its children that have ended.
    const cpuTicks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    processes.set(Number(name), { parent: Number(fields[1]), cpuTicks });
  }
  return processes;
}

function readMemoryBytes(pid: number): number {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, "utf8")) ?? "";
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/** A process may end at any moment. */
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
