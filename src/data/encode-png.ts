import { constants, crc32, deflateSync } from "node:zlib";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const filterSub = 1;

/**
 * A PNG of 8-bit grey values, row by row. The bytes are the same on every machine: run-length compression looks for no longer
 * matches, and that search is where zlib's versions for different processors part ways.
 */
export function encodePng(values: Uint8Array, width: number): Buffer {
  const height = values.length / width;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits per sample; the zeros that follow: grey, deflate, standard filters, not interlaced
  const pixels = deflateSync(filterRows(values, width), { strategy: constants.Z_RLE, level: 6, memLevel: 8 });
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

/** Each row as differences to the left neighbour, headed by the filter's number. */
function filterRows(values: Uint8Array, width: number): Uint8Array {
  const numRows = values.length / width;
  const rows = new Uint8Array(numRows * (width + 1));
  for (let row = 0; row < numRows; row += 1) {
    const target = row * (width + 1);
    rows[target] = filterSub;
    let left = 0;
    for (let column = 0; column < width; column += 1) {
      const value = values[row * width + column] as number;
      rows[target + 1 + column] = value - left;
      left = value;
    }
  }
  return rows;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
