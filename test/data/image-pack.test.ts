import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { openImagePack } from "../../src/data/image-pack.ts";

const folder = join(import.meta.dirname, "..", "reference", "fixtures", "images");
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as {
  resized: Record<string, number[]>;
};
const channels = ["red", "green", "blue", "yellow"];
const ids = ["a", "b", "c"];
const images = { digest: "d", folder, pattern: "{id}_{channel}.png", ids, size: { width: 48, height: 48 } };
const dataset: Dataset = {
  channels,
  numClasses: 2,
  classNames: null,
  images,
  samples: { rows: [0, 1, 2], labels: null },
};

let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), "pipe-pack-"));
});
afterEach(() => rm(store, { recursive: true }));

const open = (size: number, options: Partial<Parameters<typeof openImagePack>[0]> = {}) =>
  openImagePack({
    dataset,
    size,
    store,
    numWorkers: 2,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  });

async function readPlanes(size: number): Promise<Record<string, number[]>> {
  const pack = await open(size);
  const into = new Uint8Array(pack.rowBytes * ids.length);
  await pack.read([2, 0, 1], into);
  await pack.close();
  const planeOf = (position: number, channel: number) =>
    Array.from(
      { length: size * size },
      (_, pixel) => into[position * pack.rowBytes + pixel * channels.length + channel] as number,
    );
  const entries = ["c", "a", "b"].flatMap((id, position) =>
    channels.map((name, channel) => [`${id}_${name}_${size}`, planeOf(position, channel)] as const),
  );
  return Object.fromEntries(entries);
}

const expectedAt = (size: number) =>
  Object.fromEntries(Object.entries(expected.resized).filter(([name]) => name.endsWith(`_${size}`)));

describe("a pack of images", () => {
  it.each([24, 16])("equals OpenCV's INTER_AREA to the bit at a whole ratio: 48 to %i", async (size) => {
    const planes = await readPlanes(size);
    const differences = Object.entries(expectedAt(size)).map(([name, values]) =>
      Math.max(...values.map((value, index) => Math.abs(value - (planes[name]?.[index] as number)))),
    );
    // OpenCV rounds a third's mean through floats, we through whole numbers: they may differ by one at a half.
    expect(Math.max(...differences)).toBeLessThanOrEqual(size === 24 ? 0 : 1);
  });

  it("is within one of OpenCV's INTER_AREA at other ratios: 48 to 20", async () => {
    const planes = await readPlanes(20);
    const differences = Object.entries(expectedAt(20)).flatMap(([name, values]) =>
      values.map((value, index) => Math.abs(value - (planes[name]?.[index] as number))),
    );
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  });

  it("is made once, and found again", async () => {
    const seen: number[] = [];
    const first = await open(24, { onProgress: ({ done }) => seen.push(done) });
    await first.close();
    const second = await open(24, { onProgress: ({ done }) => seen.push(done) });
    await second.close();
    expect(seen).toEqual([1, 2, 3]);
    expect(await packsIn(store)).toHaveLength(1);
  });

  it("is made anew when a shard lost its end", async () => {
    const before = await readPlanes(24);
    const [key] = await readdir(store);
    await truncate(join(store, key as string, "shard-00000.bin"), 100);
    expect(await readPlanes(24)).toEqual(before);
  });

  it("leaves nothing behind when it is interrupted", async () => {
    const controller = new AbortController();
    const aborted = open(24, { numWorkers: 1, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(aborted).rejects.toThrow();
    expect(await packsIn(store)).toEqual([]);
  });

  it("is the same by threads as without, and tells of each sample once", async () => {
    const many = { ...dataset, images: { ...images, ids: Array.from({ length: 99 }, (_, index) => ids[index % 3]!) } };
    const packBy = async (numWorkers: number, name: string) => {
      const seen: number[] = [];
      const onProgress = ({ done }: { done: number }) => seen.push(done);
      const pack = await open(24, { dataset: many, numWorkers, onProgress, store: join(store, name) });
      const into = new Uint8Array(pack.rowBytes * 99);
      await pack.read([...many.images.ids.keys()], into);
      await pack.close();
      return { seen, into };
    };
    const alone = await packBy(1, "alone");
    expect(await packBy(2, "threads")).toEqual(alone);
    expect(alone.seen).toEqual(Array.from({ length: 99 }, (_, index) => index + 1));
  });

  it("names the file that a thread cannot decode, and leaves nothing behind", async () => {
    const broken = { ...dataset, images: { ...images, ids: new Array(99).fill("expected"), pattern: "{id}.json" } };
    await expect(open(24, { dataset: broken })).rejects.toThrow(/expected\.json cannot be decoded/);
    expect(await packsIn(store)).toEqual([]);
  });

  it("names the file that cannot be decoded", async () => {
    const broken = { ...dataset, images: { ...images, ids: ["a", "expected"], pattern: "{id}.json" } };
    await expect(open(24, { dataset: broken })).rejects.toThrow(/a\.json cannot be decoded/);
  });
});

/** What is in the store beside the locks, which stay. */
async function packsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.endsWith(".lock"));
}
