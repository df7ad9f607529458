import { createHash } from "node:crypto";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readContents } from "../../../src/cache/reading/read-contents.ts";

/** Enough to be read in threads, and not a multiple of a portion. */
const numFiles = 1_234;

let folder: string;
let paths: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-reading-"));
  paths = Array.from({ length: numFiles }, (_, index) => join(folder, `${index}.txt`));
  for (const [index, path] of paths.entries()) await writeFile(path, contentOf(index));
});
afterAll(() => rm(folder, { recursive: true }));

/** One is empty, and one has several pieces of what is read at once. */
function contentOf(index: number): string {
  if (index === 5) return "";
  return index === 7 ? "0123456789".repeat(250_000) : `file ${index}`;
}

const expected = () =>
  paths.map((_, index) => ({
    digest: createHash("sha256").update(contentOf(index)).digest("hex"),
    sizeBytes: contentOf(index).length,
  }));
const writableIn = async (some: readonly string[]) =>
  (await Promise.all(some.map(async (path) => ((await stat(path)).mode & 0o222) !== 0))).filter(Boolean).length;

describe.each([
  { where: "here", start: 0, end: 100 },
  { where: "in threads", start: 0, end: numFiles },
])("files that are read $where", ({ start, end }) => {
  it("have their digests and sizes, in their order, and are counted", async () => {
    const counts: [number, number][] = [];
    const chosen = paths.slice(start, end);
    const contents = await readContents(chosen, { seal: false, onProgress: (...count) => counts.push(count) });
    expect(contents).toEqual(expected().slice(start, end));
    expect(counts.at(-1)).toEqual([chosen.length, chosen.length]);
    expect(await writableIn(chosen)).toBe(chosen.length);
  });

  it("become read-only when they are sealed", async () => {
    const chosen = paths.slice(start, end);
    expect(await readContents(chosen, { seal: true })).toEqual(expected().slice(start, end));
    expect(await writableIn(chosen)).toBe(0);
    for (const path of chosen) await chmod(path, 0o644);
  });

  it("are named when they cannot be read", async () => {
    const gone = join(folder, "gone.txt");
    const chosen = [...paths.slice(start, end), gone];
    await expect(readContents(chosen, { seal: false })).rejects.toMatchObject({ path: gone, code: "ENOENT" });
  });

  it("are given up at once when the reading is", async () => {
    const controller = new AbortController();
    const reading = readContents(paths.slice(start, end), {
      ...{ seal: false, signal: controller.signal },
      onProgress: () => controller.abort(new Error("no longer wanted")),
    });
    await expect(reading).rejects.toThrow("no longer wanted");
  });
});
