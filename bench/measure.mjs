// What a command takes: in processes of its own, so that nobody's memory counts for another.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const script = join(dirname(fileURLToPath(import.meta.url)), "measure.py");

/** Runs a command in a folder and returns `{ wall, cpu, peak }` in s, s and MB, and what it printed. Throws when it fails. */
export function measure([program, ...args], cwd, environment = {}) {
  const log = join(cwd, "bench.log");
  const env = { ...process.env, NO_COLOR: "1", CI: "1", ...environment };
  const { stdout, stderr } = spawnSync("python3", [script, log, program, ...args], { cwd, env, encoding: "utf8" });
  const text = readFileSync(log, "utf8");
  const { status, ...figures } = JSON.parse(stdout || `{"status":${JSON.stringify(stderr)}}`);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${text.slice(-4000)}`);
  return { ...figures, text };
}
