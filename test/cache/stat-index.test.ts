import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ContentDigest } from "../../src/base/ids.ts";
import { openStatIndex } from "../../src/cache/stat-index.ts";
import type { UserPathContent } from "../../src/cache/stat-index-file.ts";
import type { StatedFile } from "../../src/cache/stat-list.ts";

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

const content: UserPathContent = { shape: "folder", digest: digest as ContentDigest, numFiles: 1, sizeBytes: 3 };

async function remember(...files: StatedFile[]): Promise<void> {
  const index = await openStatIndex(folder, "/data");
  await index.save({ read: files.map((file) => ({ file, digest })), walkDigest: digestOf(files), content });
}

/** Stands for what a walk that finds these files gives. */
function digestOf(files: readonly StatedFile[]): string {
  return files.map(({ path, signature }) => `${path} ${signature}`).join();
}

async function recall(file: StatedFile, path = "/data"): Promise<[digest: unknown, content: unknown]> {
  const index = await openStatIndex(folder, path);
  return [(await index.loadDigests()).get(file.signature), index.findContent(digestOf([file]))];
}

describe("the stat index", () => {
  it("remembers files that were old when it was made, each and all of them", async () => {
    const file = fileOfAge(60);
    await remember(file);
    expect(await recall(file)).toEqual([digest, content]);
    expect(await recall({ ...file, signature: "1:2:3:4:6" })).toEqual([undefined, undefined]);
    expect(await recall(file, "/other")).toEqual([undefined, undefined]);
  });

  it("knows each file, but not the whole, after a rename", async () => {
    const file = fileOfAge(60);
    await remember(file);
    expect(await recall({ ...file, path: "y" })).toEqual([digest, undefined]);
  });

  it("does not trust files as young as itself, nor those of the future", async () => {
    const [young, future, old] = [fileOfAge(0, "young"), fileOfAge(-3600, "future"), fileOfAge(60, "old")];
    await remember(young, old, future);
    expect(await recall(young)).toEqual([undefined, undefined]);
    expect(await recall(future)).toEqual([undefined, undefined]);
    expect(await recall(old)).toEqual([digest, undefined]);
    const index = await openStatIndex(folder, "/data");
    expect(index.findContent(digestOf([young, old, future]))).toBeUndefined();
  });

  it("does not know the whole when files were no longer as the walk had found them", async () => {
    const file = fileOfAge(60);
    const index = await openStatIndex(folder, "/data");
    await index.save({ read: [{ file, digest }], content });
    expect(await recall(file)).toEqual([digest, undefined]);
  });

  it("is of no effect where it is damaged", async () => {
    const file = fileOfAge(60);
    await remember(file);
    const [name] = await readdir(folder);
    const path = join(folder, name ?? "");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.slice(0, -20));
    expect(await recall(file)).toEqual([undefined, content]);
    await writeFile(path, text.slice(0, 100));
    expect(await recall(file)).toEqual([undefined, undefined]);
  });
});
