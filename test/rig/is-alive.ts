import { readFile } from "node:fs/promises";

/** Whether a process runs. A zombie, ended and not yet collected by whoever inherited it, does not. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !stat.includes(") Z ");
}
