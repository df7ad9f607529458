import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawSheet } from "../../../src/data/pictures/draw-sheet.ts";
import { layOut, type Sheet, type Tile } from "../../../src/data/pictures/sheet.ts";

const plain = (size: number, colour: readonly number[], changes: Partial<Tile> = {}): Tile => ({
  pixels: Uint8Array.from({ length: size * size * 3 }, (_, index) => colour[index % 3]!),
  size,
  caption: [],
  ...changes,
});
const sheetOf = (tiles: Sheet["tiles"]): Sheet => ({
  ...{ title: "Cells & <more>", subtitle: "", columns: 2, tileSize: 20, captionLines: 2, tiles },
});

async function draw(tiles: Sheet["tiles"]) {
  const sheet = sheetOf(tiles);
  const { data, info } = await sharp(await drawSheet(sheet))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { corner } = layOut(sheet);
  const at = (index: number, x: number, y: number) => {
    const { left, top } = corner(index);
    return [...data.subarray(((top + y) * info.width + left + x) * 3).subarray(0, 3)];
  };
  return { at, info };
}

describe("a sheet of pictures", () => {
  it("has each picture in its place, row by row, and leaves empty places white", async () => {
    const noise = Uint8Array.from({ length: 20 * 20 * 3 }, (_, index) => (index * 37) % 256);
    const { at, info } = await draw([plain(20, [9, 8, 7]), undefined, plain(20, [0, 0, 0], { pixels: noise })]);
    expect([info.width, info.height, info.channels]).toEqual([76, 182, 3]);
    for (const [x, y] of [
      [0, 0],
      [19, 19],
    ] as const)
      expect(at(0, x, y)).toEqual([9, 8, 7]);
    expect(at(1, 10, 10)).toEqual([255, 255, 255]);
    for (let pixel = 0; pixel < 400; pixel += 1) {
      expect(at(2, pixel % 20, Math.floor(pixel / 20))).toEqual([...noise.subarray(pixel * 3, pixel * 3 + 3)]);
    }
  });

  it("brings pictures of other sizes to its own", async () => {
    const { at } = await draw([plain(7, [200, 100, 50]), plain(64, [1, 2, 3])]);
    expect([at(0, 10, 10), at(1, 10, 10)]).toEqual([
      [200, 100, 50],
      [1, 2, 3],
    ]);
  });

  it("frames what is right in green, what is wrong in red", async () => {
    const { at } = await draw([plain(20, [0, 0, 0], { verdict: "right" }), plain(20, [0, 0, 0], { verdict: "wrong" })]);
    expect([at(0, 10, -2), at(1, 10, -2)]).toEqual([
      [0x00, 0x9e, 0x73],
      [0xd5, 0x5e, 0x00],
    ]);
  });

  it("marks labels below the picture, with any text", async () => {
    const caption = [{ text: "a\u0000<&>" }, { text: "", mark: "hit" as const }];
    const { at } = await draw([plain(20, [0, 0, 0], { caption })]);
    expect(at(0, 5, 20 + 30 - 4)).toEqual([0x00, 0x9e, 0x73]);
  });
});
