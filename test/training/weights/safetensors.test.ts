import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeSafetensors, loadSafetensors, saveSafetensors } from "../../../src/training/weights/safetensors.ts";

const fixtures = new URL("../../reference/fixtures/", import.meta.url);
const { elementTypes } = JSON.parse(readFileSync(new URL("first-filter.json", fixtures), "utf8")) as {
  elementTypes: Record<string, string[]>;
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file with this header and so many bytes of data. */
function fileOf(header: unknown, dataBytes: number): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

const floats = (begin: number, end: number) => ({
  dtype: "F32",
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
});

describe("reading", () => {
  it("turns every element type of a PyTorch file into float32", async () => {
    const arrays = await loadSafetensors(fileURLToPath(new URL("element-types.safetensors", fixtures)));
    const parse = (text: string) => Number(text.replace("inf", "Infinity"));
    for (const [name, expected] of Object.entries(elementTypes)) {
      expect([name, ...(arrays.get(name)?.values ?? [])]).toEqual([name, ...expected.map(parse)]);
      expect(arrays.get(name)?.shape).toEqual([3, 3]);
    }
    expect(arrays.get("bn1.num_batches_tracked")).toEqual({ shape: [], values: Float32Array.of(2 ** 40) });
  });

  it.each([
    ["an empty file", Buffer.alloc(0), /not a safetensors file, or cut short/],
    ["a header longer than the file", fileOf({}, 0).fill(255, 0, 4), /not a safetensors file, or cut short/],
    ["a header that is not JSON", fileOf("{oops", 0), /its header is not a JSON object/],
    ["a header that is a list", fileOf([], 0), /its header is not a JSON object/],
    ["data cut short", fileOf({ a: floats(0, 8), b: floats(8, 16) }, 12), /cut short: "b" ends at byte 16 of 12/],
    ["arrays that overlap", fileOf({ a: floats(0, 8), b: floats(4, 12) }, 12), /"b" overlaps the array before it/],
    ["a gap between arrays", fileOf({ a: floats(0, 4), b: floats(8, 12) }, 12), /"b" leaves a gap before it/],
    ["bytes that belong to nothing", fileOf({ a: floats(0, 4) }, 8), /4 bytes that belong to no array/],
    [
      "a size that is not the shape's",
      fileOf({ a: { ...floats(0, 8), shape: [3] } }, 8),
      /"a" takes 8 bytes, which is not/,
    ],
    [
      "an unknown element type",
      fileOf({ a: { ...floats(0, 8), dtype: "F8_E4M3" } }, 8),
      /element type F8_E4M3; known are F64/,
    ],
    [
      "a negative offset",
      fileOf({ a: { ...floats(0, 8), data_offsets: [-8, 0] } }, 8),
      /the entry of "a" is malformed/,
    ],
    ["a missing shape", fileOf({ a: { dtype: "F32", data_offsets: [0, 8] } }, 8), /the entry of "a" is malformed/],
  ])("refuses %s", (_, content, message) => {
    expect(() => decodeSafetensors(content, "x.safetensors")).toThrow(message);
  });

  it("says which file is not there", async () => {
    await expect(loadSafetensors(join(folder, "none.safetensors"))).rejects.toThrow(
      /none\.safetensors cannot be read: ENOENT/,
    );
  });
});

describe("writing", () => {
  const arrays = new Map([
    ["z", { shape: [2, 1], values: Float32Array.of(1.5, -2) }],
    ["a", { shape: [], values: Float32Array.of(Math.PI) }],
  ]);

  it("gives back what was written", async () => {
    const file = join(folder, "round.safetensors");
    await saveSafetensors(file, arrays, { made: "here" });
    expect(new Map(await loadSafetensors(file))).toEqual(arrays);
  });

  it("writes equal bytes for equal arrays, whatever their order, data at a multiple of eight", async () => {
    const [first, second] = [join(folder, "1.safetensors"), join(folder, "2.safetensors")];
    await saveSafetensors(first, arrays);
    await saveSafetensors(second, new Map([...arrays].reverse()));
    const content = await readFile(first);
    expect(await readFile(second)).toEqual(content);
    expect((8 + Number(content.readBigUInt64LE())) % 8).toBe(0);
  });
});
