import { readFile } from "node:fs/promises";
import { endianness } from "node:os";
import { fail } from "../base/failure.ts";
import { atomicWrite } from "../util/atomic-write.ts";

/** An array as numpy keeps it, in C order. */
export interface NpyArray<Values extends Float32Array | Uint8Array> {
  readonly values: Values;
  readonly shape: readonly number[];
}

const magic = Buffer.from("\x93NUMPY", "latin1");
const descriptions = { float32: "<f4", uint8: "|u1" } as const;

/** Writes a float32 or uint8 array in numpy's format 1.0 (NEP 1), which `numpy.load` opens. Atomic. */
export async function saveNpy(path: string, array: NpyArray<Float32Array | Uint8Array>): Promise<void> {
  await atomicWrite(path, encodeNpy(array));
}

export function encodeNpy({ values, shape }: NpyArray<Float32Array | Uint8Array>): Buffer {
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== values.length) throw new Error(`${values.length} values do not fill the shape (${shape.join(", ")})`);
  const description = values instanceof Float32Array ? descriptions.float32 : descriptions.uint8;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${description}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The data start at a multiple of 64 bytes: six of magic, two of version, two of length, the header, a line feed.
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const prefix = Buffer.concat([magic, Buffer.from([1, 0, padded.length & 0xff, padded.length >> 8])]);
  return Buffer.concat([prefix, Buffer.from(padded, "latin1"), littleEndianBytes(values)]);
}

/** Reads an array of the type that is expected; any other file is a failure of the input. */
export async function loadNpy(path: string, type: "float32"): Promise<NpyArray<Float32Array>>;
export async function loadNpy(path: string, type: "uint8"): Promise<NpyArray<Uint8Array>>;
export async function loadNpy(path: string, type: "float32" | "uint8"): Promise<NpyArray<Float32Array | Uint8Array>> {
  const bytes = await readFile(path);
  const { description, shape, dataOffset } = parseHeader(bytes, path);
  if (description !== descriptions[type]) {
    fail("input", `${path} holds ${description}, expected ${descriptions[type]} (${type}).`);
  }
  const size = shape.reduce((product, length) => product * length, 1);
  const sizeBytes = size * (type === "float32" ? 4 : 1);
  if (bytes.length !== dataOffset + sizeBytes) {
    const expected = dataOffset + sizeBytes;
    fail("input", `${path} has ${bytes.length} bytes, expected ${expected} for the shape (${shape.join(", ")}).`);
  }
  // A copy, because floats must start at a multiple of four bytes of their buffer.
  const data = new Uint8Array(bytes.subarray(dataOffset));
  return { values: type === "float32" ? floatsOf(data) : data, shape };
}

function parseHeader(bytes: Buffer, path: string): { description: string; shape: number[]; dataOffset: number } {
  if (!bytes.subarray(0, magic.length).equals(magic)) {
    fail("input", `${path} is not a numpy array: it does not start with \\x93NUMPY.`);
  }
  const isFirstVersion = bytes[6] === 1;
  const headerStart = isFirstVersion ? 10 : 12;
  const dataOffset = headerStart + (isFirstVersion ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  const header = bytes.toString("latin1", headerStart, dataOffset);
  const description = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (description === undefined || shape === undefined || !/'fortran_order':\s*False/.test(header)) {
    fail("input", `${path} has a header that is not understood: ${header.trim()}`);
  }
  const lengths = shape.split(",").filter((length) => length.trim() !== "");
  return { description, shape: lengths.map(Number), dataOffset };
}

function littleEndianBytes(values: Float32Array | Uint8Array): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (values instanceof Uint8Array || endianness() === "LE") return bytes;
  return Buffer.from(bytes).swap32();
}

function floatsOf(bytes: Uint8Array): Float32Array {
  if (endianness() === "BE") Buffer.from(bytes.buffer).swap32();
  return new Float32Array(bytes.buffer);
}
