import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const built = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "dist", "cache", "entry-lock.js");

/** Takes the lock again and again; while it has it, a second file must not exist. Every third time it dies with the lock. */
const contender = `
  import { acquireLock } from ${JSON.stringify(built)};
  import { appendFileSync, rmSync, writeFileSync } from "node:fs";
  const [folder, name, deadly] = process.argv.slice(1);
  for (let round = 0; round < 15; round++) {
    const lock = await acquireLock(folder + "/lock", { signal: new AbortController().signal });
    try {
      writeFileSync(folder + "/inside", name, { flag: "wx" });
    } catch {
      appendFileSync(folder + "/log", "two inside\\n");
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
    rmSync(folder + "/inside", { force: true });
    appendFileSync(folder + "/log", name + "\\n");
    if (deadly === "yes" && round === 3) process.kill(process.pid, "SIGKILL");
    await lock.release();
  }
`;

it("lets one process in at a time, and outlives those that die inside", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pipe-lock-"));
  const start = (name: string, deadly: boolean) =>
    spawn(process.execPath, ["--input-type=module", "-e", contender, folder, name, deadly ? "yes" : "no"], {
      stdio: "inherit",
    });
  const contenders = [start("a", false), start("b", true), start("c", false), start("d", true)];
  await Promise.all(contenders.map((child) => once(child, "exit")));
  const lines = (await readFile(join(folder, "log"), "utf8")).trim().split("\n");
  const count = (name: string): number => lines.filter((line) => line === name).length;
  expect([count("two inside"), count("a"), count("b"), count("c"), count("d")]).toEqual([0, 15, 4, 15, 4]);
  await rm(folder, { recursive: true });
});
