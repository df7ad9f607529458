import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeGreyPng } from "../../src/data/decode-grey-png.ts";
import { decodeImage } from "../../src/data/decode-image.ts";
import { createRandom } from "../../src/util/random.ts";

const [width, height] = [37, 23];

/** Smooth with noise, so that every filter has something to predict. */
const image = (() => {
  const random = createRandom("grey png");
  return Uint8Array.from({ length: width * height }, (_, index) => {
    const [x, y] = [index % width, Math.floor(index / width)];
    return Math.min(255, Math.floor(100 + 90 * Math.sin(x / 5) * Math.cos(y / 4) + 60 * random.uniform()));
  });
})();

/** What a filter of the PNG standard (section 9.2) makes of a byte and its neighbours left, above and above left. */
const encoders: readonly ((x: number, a: number, b: number, c: number) => number)[] = [
  (x) => x,
  (x, a) => x - a,
  (x, _, b) => x - b,
  (x, a, b) => x - Math.floor((a + b) / 2),
  (x, a, b, c) => {
    const distances = [a, b, c].map((value) => Math.abs(a + b - c - value));
    return x - ([a, b, c][distances.indexOf(Math.min(...distances))] as number);
  },
];

function encode(filterOf: (row: number) => number, { interlace = 0, parts = 1 } = {}): Buffer {
  const at = (x: number, y: number): number => (x < 0 || y < 0 ? 0 : (image[y * width + x] as number));
  const rows = Array.from({ length: height }, (_, y) => {
    const encoder = encoders[filterOf(y)] ?? encoders[0]!;
    const bytes = Array.from({ length: width }, (_, x) =>
      encoder(at(x, y), at(x - 1, y), at(x, y - 1), at(x - 1, y - 1)),
    );
    return Uint8Array.from([filterOf(y), ...bytes]);
  });
  const pixels = deflateSync(Buffer.concat(rows));
  const cut = Math.ceil(pixels.length / parts);
  const data = Array.from({ length: parts }, (_, part) => chunk("IDAT", pixels.subarray(part * cut, (part + 1) * cut)));
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, 0, 0, 0, interlace]);
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  const text = chunk("tEXt", Buffer.from("Comment\0of no importance"));
  return Buffer.concat([signature, chunk("IHDR", header), text, ...data, chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(data.length, 0);
  numbers.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
}

describe("a grey PNG", () => {
  it.each([0, 1, 2, 3, 4])("with filter %i in every row", (filter) => {
    expect(decodeGreyPng(encode(() => filter))).toEqual({ width, height, values: image });
  });

  it("with another filter in every row, and its pixels in several chunks, is what libvips reads too", async () => {
    const file = encode((row) => (3 * row + 2) % 5, { parts: 3 });
    expect(decodeGreyPng(file)?.values).toEqual(image);
    const { data } = await sharp(file).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
    expect(new Uint8Array(data)).toEqual(image);
  });

  it("by libpng's choice of filters", async () => {
    const raw = { width, height, channels: 1 } as const;
    const file = await sharp(image, { raw }).toColourspace("b-w").png({ adaptiveFiltering: true }).toBuffer();
    expect(decodeGreyPng(file)?.values).toEqual(image);
  });
});

describe("left to the library", () => {
  it("are other kinds", async () => {
    const raw = { width, height, channels: 1 } as const;
    const make = () => sharp(image, { raw }).toColourspace("b-w");
    const colour = await sharp(image, { raw }).toColourspace("srgb").png().toBuffer();
    const depths = join(import.meta.dirname, "..", "reference", "fixtures", "depths");
    const others = [
      colour,
      await make().png({ progressive: true }).toBuffer(),
      await make().png({ palette: true }).toBuffer(),
      await make().jpeg().toBuffer(),
      readFileSync(join(depths, "grey16.png")),
      readFileSync(join(depths, "transparent.png")),
      Buffer.alloc(0),
    ];
    expect(others.map(decodeGreyPng)).toEqual(others.map(() => undefined));
  });

  it("are broken files, of which the failure then names the file", async () => {
    const whole = encode(() => 4);
    const changed = Buffer.from(whole);
    changed[whole.length - 30] = (changed[whole.length - 30] as number) ^ 1;
    const broken = [changed, whole.subarray(0, whole.length - 40), encode(() => 5)];
    expect(broken.map(decodeGreyPng)).toEqual([undefined, undefined, undefined]);
    const folder = await mkdtemp(join(tmpdir(), "pipe-png-"));
    const path = join(folder, "broken.png");
    await writeFile(path, changed);
    await expect(decodeImage(path)).rejects.toThrow(/broken\.png cannot be decoded/);
    await rm(folder, { recursive: true });
  });
});
