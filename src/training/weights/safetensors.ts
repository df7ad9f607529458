import { readFile } from "node:fs/promises";
import { fail } from "../../base/failure.ts";
import { writeChunks } from "../../util/write-chunks.ts";
import { fromBfloat16, fromFloat16 } from "./float-formats.ts";
import { bytesOf, type NamedArray, type NamedArrays } from "./named-arrays.ts";
import { maxHeaderBytes, parseHeader, type TensorEntry } from "./safetensors-header.ts";

/** The file begins with the header's length: eight bytes, little-endian. */
const lengthBytes = 8;

/** Loads a safetensors file; F16, BF16, F64 and whole numbers become float32. */
export async function loadSafetensors(file: string): Promise<Map<string, NamedArray>> {
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) =>
    fail("input", `${file} cannot be read: ${error.code ?? error.message}`),
  );
  return decodeSafetensors(content, file);
}

/** `file` is named in errors. */
export function decodeSafetensors(content: Uint8Array, file: string): Map<string, NamedArray> {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const headerBytes = content.byteLength < lengthBytes ? -1 : Number(view.getBigUint64(0, true));
  const start = lengthBytes + headerBytes;
  if (headerBytes < 2 || headerBytes > maxHeaderBytes || start > content.byteLength) {
    fail("input", `${file} is not a safetensors file, or cut short: its header should have ${headerBytes} bytes.`);
  }
  const json = new TextDecoder().decode(content.subarray(lengthBytes, start));
  const { entries } = parseHeader(json, content.byteLength - start, file);
  return new Map(
    entries.map((entry) => [
      entry.name,
      { shape: entry.shape, values: decodeValues(entry, content.slice(start + entry.begin, start + entry.end)) },
    ]),
  );
}

/** `bytes` is a copy of its own, so that typed arrays over it are aligned. */
function decodeValues({ type }: TensorEntry, bytes: Uint8Array): Float32Array {
  const { buffer } = new Uint8Array(bytes);
  switch (type) {
    case "F32":
      return new Float32Array(buffer);
    case "F16":
      return Float32Array.from(new Uint16Array(buffer), fromFloat16);
    case "BF16":
      return Float32Array.from(new Uint16Array(buffer), fromBfloat16);
    case "F64":
      return Float32Array.from(new Float64Array(buffer));
    case "I64":
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case "I32":
      return Float32Array.from(new Int32Array(buffer));
    case "I16":
      return Float32Array.from(new Int16Array(buffer));
    case "I8":
      return Float32Array.from(new Int8Array(buffer));
    case "U8":
    case "BOOL":
      return Float32Array.from(new Uint8Array(buffer));
  }
}

/**
 * Writes arrays as float32. Names in code-unit order and a fixed header, so that equal weights are equal files. The caller
 * sees to it that nobody reads a half-written file.
 */
export async function saveSafetensors(
  file: string,
  arrays: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const names = [...arrays.keys()].sort();
  const header = encodeHeader(arrays, names, metadata);
  await writeChunks(file, [header, ...names.map((name) => bytesOf(arrays.get(name) as NamedArray))]);
}

function encodeHeader(
  arrays: NamedArrays,
  names: readonly string[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let position = 0;
  for (const name of names) {
    const { shape, values } = arrays.get(name) as NamedArray;
    header[name] = { dtype: "F32", shape, data_offsets: [position, position + values.byteLength] };
    position += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Padded with spaces, so that the numbers begin at a multiple of eight bytes and can be mapped.
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, " ")]);
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded]);
}
