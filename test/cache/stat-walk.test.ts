import { mkdir, mkdtemp, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { walkStats } from "../../src/cache/stat-walk.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-walk-"));
  await mkdir(join(folder, "b"));
  for (const name of ["c", "b/two", "b/one", "a"]) await writeFile(join(folder, name), name);
});
afterEach(() => rm(folder, { recursive: true }));

const digest = async () => (await walkStats(folder)).digest;

describe("a walk", () => {
  it("describes every file as the file system does, folder by folder in the order of names", async () => {
    await symlink("a", join(folder, "link"));
    await symlink("nowhere", join(folder, "lost"));
    await symlink("..", join(folder, "b", "back"));
    const files = (await walkStats(folder)).listFiles();
    expect(files.map(({ path }) => path)).toEqual(["a", "b/one", "b/two", "c", "link"]);
    for (const { path, signature, changedNs, sizeBytes } of files) {
      const { dev, ino, size, mtimeNs, ctimeNs } = await stat(join(folder, path), { bigint: true });
      expect(signature).toBe(`${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`);
      expect(changedNs).toBe(ctimeNs);
      expect(sizeBytes).toBe(Number(size));
    }
  });

  it("has the same digest as long as nothing changes, whatever is left out", async () => {
    const before = await digest();
    expect(await digest()).toBe(before);
    await writeFile(join(folder, "d"), "d");
    expect(await digest()).not.toBe(before);
    expect((await walkStats(folder, [join(folder, "d")])).digest).toBe(before);
  });

  it.each<[string, () => Promise<void>]>([
    ["a name", () => rename(join(folder, "b/one"), join(folder, "b/once"))],
    ["a place", () => rename(join(folder, "b/one"), join(folder, "one"))],
    ["a time", () => utimes(join(folder, "c"), 1, 1)],
    ["a content", () => writeFile(join(folder, "a"), "A")],
    ["what is there", () => rm(join(folder, "c"))],
  ])("has another digest when %s changed", async (_, change) => {
    // Long ago: clocks of file systems may take a step of ten milliseconds, within which a change would not show.
    await utimes(join(folder, "a"), 1, 1);
    const before = await digest();
    await change();
    expect(await digest()).not.toBe(before);
  });

  it("takes one file as well, and times before 1970", async () => {
    const path = join(folder, "a");
    await utimes(path, new Date(-1_000_000), new Date(-1_000_000));
    const [file, ...others] = (await walkStats(path)).listFiles();
    expect(others).toEqual([]);
    expect(file?.path).toBe("");
    expect(file?.signature).toMatch(/:-1000000000000:\d+$/);
  });
});
