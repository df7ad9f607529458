import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPromise } from "yauzl";
import { writeZip, type ZipEntry } from "../../src/data/write-zip.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-zip-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Entries that are computed on the spot, as drawn images are: the generator itself never waits. */
async function* count(numEntries: number, signal?: AbortSignal): AsyncGenerator<ZipEntry> {
  for (let index = 0; index < numEntries; index += 1) {
    signal?.throwIfAborted();
    yield { path: `${index}.bin`, content: Buffer.alloc(50_000, index) };
  }
}

describe("writing a zip archive", () => {
  it("keeps order and content, and gives the same bytes again", async () => {
    const [first, again] = [join(folder, "first.zip"), join(folder, "again.zip")];
    await writeZip(first, count(20));
    await writeZip(again, count(20));
    expect((await readFile(first)).equals(await readFile(again))).toBe(true);
    const zip = await openPromise(first);
    const names: string[] = [];
    for await (const entry of zip.eachEntry()) {
      const content = await buffer(await zip.openReadStreamPromise(entry));
      expect(content.equals(Buffer.alloc(50_000, names.length))).toBe(true);
      names.push(entry.fileName);
    }
    expect(names).toEqual(Array.from({ length: 20 }, (_, index) => `${index}.bin`));
  });

  it("lets an interruption be heard between two entries", async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error("interrupted")));
    await expect(writeZip(join(folder, "a.zip"), count(100_000, controller.signal))).rejects.toThrow("interrupted");
  });

  it("ends with what the disk says, without asking for the entries that are left", async () => {
    let numAsked = 0;
    async function* counted(): AsyncGenerator<ZipEntry> {
      for await (const entry of count(100_000)) {
        numAsked += 1;
        yield entry;
      }
    }
    await expect(writeZip(join(folder, "missing", "a.zip"), counted())).rejects.toThrow(/ENOENT/);
    expect(numAsked).toBeLessThan(1000);
  });
});
