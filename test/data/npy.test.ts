import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { encodeNpy, loadNpy } from "../../src/data/npy.ts";

const folder = mkdtempSync(join(tmpdir(), "pipe-npy-"));
afterAll(() => rmSync(folder, { recursive: true }));
/** Written by numpy, see test/reference/npy.py. */
const ofNumpy = (name: string): string => fileURLToPath(new URL(`../reference/fixtures/${name}`, import.meta.url));

describe("npy", () => {
  it("reads what numpy wrote and writes the very same bytes", async () => {
    const floats = await loadNpy(ofNumpy("floats.npy"), "float32");
    expect(floats.shape).toEqual([2, 3]);
    expect([...floats.values]).toEqual([1.5, -2.25, 0.1, 1e-30, 3e38, -0].map(Math.fround));
    expect(encodeNpy(floats).equals(readFileSync(ofNumpy("floats.npy")))).toBe(true);

    const bytes = await loadNpy(ofNumpy("bytes.npy"), "uint8");
    expect([bytes.shape, [...bytes.values]]).toEqual([[5], [0, 1, 2, 3, 4]]);
    expect(encodeNpy(bytes).equals(readFileSync(ofNumpy("bytes.npy")))).toBe(true);
  });

  it("refuses another type, another file and a file cut short, with its path", async () => {
    await expect(loadNpy(ofNumpy("bytes.npy"), "float32")).rejects.toThrow(/bytes\.npy holds \|u1, expected <f4/);
    const path = join(folder, "x.npy");
    writeFileSync(path, "not an array");
    await expect(loadNpy(path, "uint8")).rejects.toThrow(`${path} is not a numpy array`);
    writeFileSync(path, readFileSync(ofNumpy("floats.npy")).subarray(0, -1));
    await expect(loadNpy(path, "float32")).rejects.toThrow(`${path} has 151 bytes, expected 152 for the shape (2, 3)`);
  });
});
