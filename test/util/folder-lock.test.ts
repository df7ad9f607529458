import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withFolderLock } from "../../src/util/folder-lock.ts";

const built = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "dist", "util", "folder-lock.js");

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

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("lets one process in at a time, and outlives those that die inside", async () => {
  const start = (name: string, deadly: boolean) =>
    spawn(process.execPath, ["--input-type=module", "-e", contender, folder, name, deadly ? "yes" : "no"], {
      stdio: "inherit",
    });
  const contenders = [start("a", false), start("b", true), start("c", false), start("d", true)];
  await Promise.all(contenders.map((child) => once(child, "exit")));
  const lines = (await readFile(join(folder, "log"), "utf8")).trim().split("\n");
  const count = (name: string): number => lines.filter((line) => line === name).length;
  expect([count("two inside"), count("a"), count("b"), count("c"), count("d")]).toEqual([0, 15, 4, 15, 4]);
});

describe("work under a folder lock", () => {
  it("waits for the one at work, and is told who that is", async () => {
    const lock = join(folder, "below", "lock");
    const log: string[] = [];
    let finishFirst = () => {};
    let started = () => {};
    const firstRuns = new Promise<void>((resolve) => {
      started = resolve;
    });
    const first = withFolderLock(lock, {}, async () => {
      log.push("first begins");
      started();
      await new Promise<void>((resolve) => {
        finishFirst = resolve;
      });
      log.push("first ends");
    });
    await firstRuns;
    const onWait = (pid: number) => {
      log.push(`waits for ${pid === process.pid ? "us" : pid}`);
      finishFirst();
    };
    await Promise.all([first, withFolderLock(lock, { onWait }, async () => void log.push("second begins"))]);
    expect(log).toEqual(["first begins", "waits for us", "first ends", "second begins"]);
  });

  it("gives the lock back when it fails, and returns its result when not", async () => {
    const lock = join(folder, "lock");
    await expect(withFolderLock(lock, {}, () => Promise.reject(new Error("no luck")))).rejects.toThrow("no luck");
    expect(await withFolderLock(lock, {}, async () => "done")).toBe("done");
  });

  it("stops waiting when aborted", async () => {
    const lock = join(folder, "lock");
    const controller = new AbortController();
    const { signal } = controller;
    await withFolderLock(lock, {}, async () => {
      const waiting = withFolderLock(lock, { onWait: () => controller.abort(), signal }, async () => {});
      await expect(waiting).rejects.toThrow(/abort/i);
    });
  });
});
