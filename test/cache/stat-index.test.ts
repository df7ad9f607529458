import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStatIndex } from "../../src/cache/stat-index.ts";
import type { StatedFile } from "../../src/cache/stat-walk.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-index-"));
});
afterEach(() => rm(folder, { recursive: true }));

const digest = "0".repeat(64);

/** A file as stat describes it, last changed so many seconds ago. */
function fileOfAge(seconds: number, signature = "1:2:3:4:5"): StatedFile {
  return { path: "x", signature, changedNs: BigInt(Date.now() - seconds * 1000) * 1_000_000n, sizeBytes: 3 };
}

describe("the stat index", () => {
  it("remembers files that were old when it was made", async () => {
    const file = fileOfAge(60);
    await (await openStatIndex(folder, "/data")).save([file], [digest]);
    const again = await openStatIndex(folder, "/data");
    expect(again.find(file)).toBe(digest);
    expect(again.find({ ...file, signature: "1:2:3:4:6" })).toBeUndefined();
    expect((await openStatIndex(folder, "/other")).find(file)).toBeUndefined();
  });

  it("does not trust files as young as itself, nor those of the future", async () => {
    const young = fileOfAge(0, "young");
    const future = fileOfAge(-3600, "future");
    await (await openStatIndex(folder, "/data")).save([young, future], [digest, digest]);
    const again = await openStatIndex(folder, "/data");
    expect(again.find(young)).toBeUndefined();
    expect(again.find(future)).toBeUndefined();
  });

  it("is of no effect when it is damaged", async () => {
    const file = fileOfAge(60);
    await (await openStatIndex(folder, "/data")).save([file], [digest]);
    const [name] = await readdir(folder);
    const path = join(folder, name ?? "");
    await writeFile(path, (await readFile(path, "utf8")).slice(0, -20));
    expect((await openStatIndex(folder, "/data")).find(file)).toBeUndefined();
  });
});
