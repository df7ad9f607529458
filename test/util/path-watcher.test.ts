import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPathWatcher, isWithin } from "../../src/util/path-watcher.ts";

describe("a path watcher", () => {
  const signal = new AbortController().signal;
  let folder: string;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "pipe-watch-")));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);

  it("notices a file that another takes the place of, and none beside it", async () => {
    await writeFile(path("file"), "old");
    const watcher = createPathWatcher(() => false);
    await watcher.watch([path("file")]);
    await writeFile(path("new"), "new");
    await rename(path("new"), path("file"));
    expect(await watcher.waitForChanges(signal)).toEqual([path("file")]);
    watcher.close();
  });

  it("notices all that is in a folder, but what is ignored, and takes a row of changes for one", async () => {
    await mkdir(path("data/deep"), { recursive: true });
    await mkdir(path("data/.pipe"));
    const watcher = createPathWatcher((one) => isWithin(one, path("data/.pipe")));
    await watcher.watch([path("data")]);
    await writeFile(path("data/.pipe/x"), "");
    await writeFile(path("data/deep/a"), "");
    await writeFile(path("data/b"), "");
    expect(await watcher.waitForChanges(signal)).toEqual([path("data/b"), path("data/deep/a")]);
    watcher.close();
  });

  it("notices a file that was not there, and keeps what changes until it is asked", async () => {
    const watcher = createPathWatcher(() => false);
    await watcher.watch([path("late")]);
    await writeFile(path("late"), "");
    await watcher.watch([path("late")]);
    expect(await watcher.waitForChanges(signal)).toEqual([path("late")]);
    const aborted = new AbortController();
    const waiting = watcher.waitForChanges(aborted.signal);
    aborted.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    watcher.close();
  });
});
