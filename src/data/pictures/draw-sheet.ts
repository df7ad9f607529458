import sharp from "sharp";
import { layOut, type Sheet, type Tile } from "./sheet.ts";
import { labelSheet } from "./sheet-labels.ts";

/** Draws a sheet as PNG. Letters are in the machine's font for sans-serif. */
export async function drawSheet(sheet: Sheet): Promise<Uint8Array> {
  const layout = layOut(sheet);
  const { width, height } = layout;
  const canvas = new Uint8Array(width * height * 3).fill(255);
  const rowBytes = sheet.tileSize * 3;
  for (const [index, tile] of sheet.tiles.entries()) {
    if (tile === undefined) continue;
    const { left, top } = layout.corner(index);
    const pixels = await resizeTile(tile, sheet.tileSize);
    for (let row = 0; row < sheet.tileSize; row += 1) {
      canvas.set(pixels.subarray(row * rowBytes, (row + 1) * rowBytes), ((top + row) * width + left) * 3);
    }
  }
  const labels = Buffer.from(labelSheet(sheet, layout));
  return sharp(canvas, { raw: { width, height, channels: 3 } })
    .composite([{ input: labels, left: 0, top: 0 }])
    .removeAlpha()
    .png({ adaptiveFiltering: true })
    .toBuffer();
}

async function resizeTile({ pixels, size }: Tile, tileSize: number): Promise<Uint8Array> {
  if (size === tileSize) return pixels;
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .resize(tileSize, tileSize)
    .raw()
    .toBuffer();
}
