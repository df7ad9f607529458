import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { resizeImage } from "../../src/data/resize-image.ts";
import { hashUniform } from "../reference/hash-numbers.ts";
import { fixturesFolder } from "../reference/networks.ts";

interface ResizeFixture {
  readonly cases: readonly {
    readonly key: number;
    readonly width: number;
    readonly height: number;
    readonly size: number;
    readonly method: string;
    readonly rows: readonly number[];
    readonly values: readonly (readonly number[])[];
  }[];
}

const { cases } = JSON.parse(readFileSync(new URL("resize.json", fixturesFolder), "utf8")) as ResizeFixture;

describe("white noise, resized", () => {
  it.each(cases)("from $width × $height to $size is $method's, within one grey value", (expected) => {
    const { key, width, height, size, rows } = expected;
    const values = Uint8Array.from(hashUniform(key, width * height), (u) => Math.floor(u * 256));
    const resized = resizeImage({ width, height, values }, size);
    const differences = rows.flatMap((row, index) =>
      expected.values[index]!.map((value, x) => Math.abs(value - resized[row * size + x]!)),
    );
    expect(differences).toHaveLength(3 * size);
    // OpenCV rounds halves to even numbers, and interpolates with weights of eleven bits.
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    const share = differences.filter((difference) => difference > 0).length / differences.length;
    expect(share).toBeLessThan(expected.method.endsWith("INTER_LINEAR") ? 0.2 : 0.1);
  });

  it("keeps one grey value, black and white included, at any ratio", () => {
    for (const grey of [0, 93, 255]) {
      for (const [length, size] of [
        [100, 37],
        [37, 100],
        [64, 63],
        [512, 223],
      ] as const) {
        const values = new Uint8Array(length * length).fill(grey);
        expect(new Set(resizeImage({ width: length, height: length, values }, size))).toEqual(new Set([grey]));
      }
    }
  });
});
