import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFolderStore } from "../../src/cache/remote/folder-store.ts";
import { contentOfText, type RemoteContent, type RemoteStore } from "../../src/cache/remote/remote-store.ts";
import { createS3Store, locateS3 } from "../../src/cache/remote/s3-store.ts";
import { s3Python, startS3Server } from "./s3-server.ts";

const { signal } = new AbortController();

interface StoreRig extends AsyncDisposable {
  readonly store: RemoteStore;
}

async function openFolder(): Promise<StoreRig> {
  const folder = await mkdtemp(join(tmpdir(), "pipe-remote-"));
  return { store: createFolderStore(folder), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

async function openBucket(): Promise<StoreRig> {
  const server = await startS3Server();
  const store = createS3Store(locateS3("s3://results/team/", server.environment));
  return { store, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function readAll(pieces: AsyncIterable<Uint8Array> | undefined): Promise<string | undefined> {
  if (pieces === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts).toString("utf8");
}

/** More than one part of an upload, the last of them short. */
const large = 130 * 1024 * 1024 + 5;

function manyBytes(failAfter = Number.POSITIVE_INFINITY): RemoteContent {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < large; start += 1 << 20) {
      if (start >= failAfter) throw new Error("the disk broke");
      yield Buffer.alloc(Math.min(1 << 20, large - start), start >> 20);
    }
  }
  return { sizeBytes: large, pieces: pieces() };
}

const missing = s3Python.type === "missing" ? ` (skipped: ${s3Python.reason})` : "";

describe.each([
  { name: "a folder", open: openFolder, isThere: true },
  { name: `a bucket of a real S3 server${missing}`, open: openBucket, isThere: missing === "" },
])("$name as a store", ({ open, isThere }) => {
  it.runIf(isThere)("gives back what it got, and nothing for what it never got", async () => {
    await using rig = await open();
    expect(await rig.store.sizeOf("entries/a.json", signal)).toBeUndefined();
    expect(await rig.store.read("entries/a.json", signal)).toBeUndefined();
    await rig.store.write("entries/a.json", contentOfText("Größe"), signal);
    expect(await rig.store.sizeOf("entries/a.json", signal)).toBe(7);
    expect(await readAll(await rig.store.read("entries/a.json", signal))).toBe("Größe");
    await rig.store.write("entries/a.json", contentOfText("anew"), signal);
    expect(await readAll(await rig.store.read("entries/a.json", signal))).toBe("anew");
  });

  it.runIf(isThere)("takes objects of several parts", async () => {
    await using rig = await open();
    await rig.store.write("outputs/large", manyBytes(), signal);
    let length = 0;
    for await (const piece of (await rig.store.read("outputs/large", signal)) ?? []) {
      if (length === 0) expect(piece[0]).toBe(0);
      length += piece.length;
    }
    expect(length).toBe(large);
  });

  it.runIf(isThere)("has nothing of an object whose writing broke off", async () => {
    await using rig = await open();
    await expect(rig.store.write("outputs/large", manyBytes(100 << 20), signal)).rejects.toThrow("the disk broke");
    expect(await rig.store.sizeOf("outputs/large", signal)).toBeUndefined();
  });
});

describe("a folder as a store", () => {
  it("leaves no part of an object whose writing broke off", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pipe-remote-"));
    await expect(createFolderStore(folder).write("outputs/x", manyBytes(2 << 20), signal)).rejects.toThrow();
    expect(await readdir(join(folder, "outputs"))).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it("is rid of what killed writers left, but not of what may still be written", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pipe-remote-"));
    try {
      await mkdir(join(folder, "entries"));
      const hours = (count: number) => new Date(Date.now() - count * 3_600_000);
      for (const [name, age] of [["left", 2] as const, ["recent", 0.5] as const]) {
        const path = join(folder, "entries", `.${name}.0123456789ab.tmp`);
        await writeFile(path, "half");
        await utimes(path, hours(age), hours(age));
      }
      await createFolderStore(folder).write("entries/a.json", contentOfText("a"), signal);
      expect((await readdir(join(folder, "entries"))).sort()).toEqual([".recent.0123456789ab.tmp", "a.json"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
