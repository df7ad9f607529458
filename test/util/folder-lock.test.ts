import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withFolderLock } from "../../src/util/folder-lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a folder lock", () => {
  it("lets one at a time work, and tells the other whom it waits for", async () => {
    const lock = join(folder, "below", ".lock");
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
    expect(existsSync(lock)).toBe(false);
  });

  it("is taken over from a process that died", async () => {
    const lock = join(folder, ".lock");
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    await mkdir(lock);
    await writeFile(join(lock, "pid"), String(pid));
    expect(await withFolderLock(lock, {}, async () => "done")).toBe("done");
  });

  it("is given back when the work fails", async () => {
    const lock = join(folder, ".lock");
    const work = withFolderLock(lock, {}, () => Promise.reject(new Error("no luck")));
    await expect(work).rejects.toThrow("no luck");
    expect(existsSync(lock)).toBe(false);
  });

  it("stops waiting when aborted", async () => {
    const lock = join(folder, ".lock");
    await mkdir(lock);
    await writeFile(join(lock, "pid"), String(process.pid));
    const controller = new AbortController();
    const waiting = withFolderLock(
      lock,
      { onWait: () => controller.abort(), signal: controller.signal },
      async () => {},
    );
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});
