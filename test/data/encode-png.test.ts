import { createHash } from "node:crypto";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { encodePng } from "../../src/data/encode-png.ts";

describe("a PNG of grey values", () => {
  it("is read by libvips as it was written", async () => {
    const image = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.uint8Array({ minLength: 40, maxLength: 400 }));
    await fc.assert(
      fc.asyncProperty(image, async ([width, bytes]) => {
        const values = bytes.subarray(0, bytes.length - (bytes.length % width));
        const png = encodePng(values, width);
        const { data, info } = await sharp(png).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
        expect(info).toMatchObject({ format: "raw", width, height: values.length / width, channels: 1 });
        expect(new Uint8Array(data)).toEqual(new Uint8Array(values));
      }),
      { numRuns: 30 },
    );
  });

  it("has the bytes that the original zlib gives (Python, zlib 1.2.13), not those of this build alone", () => {
    const values = Uint8Array.from({ length: 64 * 48 }, (_, index) => (index * index) >>> 7);
    const digest = createHash("sha256").update(encodePng(values, 64)).digest("hex");
    expect(digest).toBe("13c7bda13b105beff83da70a67d77a29657a4fdd8d9ca79e8755e82b623e6320");
  });
});
