import { closeSync, createReadStream, createWriteStream, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import type { ZipMember } from "./zip-directory.ts";

/** Up to this size a file is unpacked in one go in memory: three system calls and no stream. */
const atOnceBytes = 16 * 1024 * 1024;
const headerBytes = 30;
const headerSignature = 0x04034b50;

/** The zip archive that one thread unpacks from. */
export interface OpenZip {
  readonly archive: string;
  /** Open for reading. */
  readonly file: number;
  readonly target: string;
  /** Told of every byte that is written, as it is written. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Unpacks one file below the target, and checks that it has the size and the CRC that the directory claims. A file that is there
 * is written over. After a failure nothing is left of it.
 */
export async function unpackMember(zip: OpenZip, member: ZipMember): Promise<void> {
  const path = join(zip.target, member.name);
  const start = findContent(zip.file, member);
  if (member.packedBytes <= atOnceBytes && member.sizeBytes <= atOnceBytes) {
    writeFileSync(path, inflate(readBytes(zip.file, start, member.packedBytes), member));
    zip.onBytes(member.sizeBytes);
    return;
  }
  try {
    await stream(zip, member, start, path);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

/** The content of a small member. Throws when it is larger, or damaged. */
export function readMember(file: number, member: ZipMember, maxBytes: number): Buffer {
  if (Math.max(member.packedBytes, member.sizeBytes) > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
  return inflate(readBytes(file, findContent(file, member), member.packedBytes), member);
}

/** Whether the file is there already, every byte of it: an earlier attempt may have been killed in the middle of it. */
export function isUnpacked(target: string, { name, sizeBytes, crc32: expected }: ZipMember): boolean {
  const file = openSync(join(target, name), "r");
  try {
    const buffer = Buffer.allocUnsafe(Math.min(sizeBytes + 1, 1024 * 1024));
    let crc = 0;
    let done = 0;
    for (let length = -1; length !== 0 && done <= sizeBytes; done += length) {
      length = readSync(file, buffer, 0, buffer.length, done);
      crc = crc32(buffer.subarray(0, length), crc);
    }
    return done === sizeBytes && crc === expected;
  } finally {
    closeSync(file);
  }
}

/** The file's own header lies before its content, and its length is only known from itself. */
function findContent(file: number, { headerOffset }: ZipMember): number {
  const header = readBytes(file, headerOffset, headerBytes);
  if (header.readUInt32LE(0) !== headerSignature) throw new Error("its header is not where the directory says");
  return headerOffset + headerBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
}

function readBytes(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const count = readSync(file, buffer, done, length - done, position + done);
    if (count === 0) throw new Error("the archive ends in the middle of it");
    done += count;
  }
  return buffer;
}

function inflate(packed: Buffer, { method, sizeBytes, crc32: expected }: ZipMember): Buffer {
  // One byte more than claimed is allowed to come out, so that too much is noticed; more is never held in memory.
  const limits = { maxOutputLength: sizeBytes + 1, chunkSize: Math.max(64, sizeBytes + 1) };
  const content = method === "stored" ? packed : inflateRawSync(packed, limits);
  if (content.length !== sizeBytes) throw new Error(`it has ${content.length} bytes instead of ${sizeBytes}`);
  if (crc32(content) !== expected) throw new Error("its CRC does not match");
  return content;
}

async function stream({ archive, onBytes }: OpenZip, member: ZipMember, start: number, path: string): Promise<void> {
  const end = start + member.packedBytes - 1;
  const packed = createReadStream(archive, { start, end, highWaterMark: 1024 * 1024 });
  const check = checkContent(member, onBytes);
  const file = createWriteStream(path);
  if (member.method === "stored") await pipeline(packed, check, file);
  else await pipeline(packed, createInflateRaw({ chunkSize: 256 * 1024 }), check, file);
}

function checkContent({ sizeBytes, crc32: expected }: ZipMember, onBytes: OpenZip["onBytes"]): Transform {
  let crc = 0;
  let done = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback: TransformCallback) {
      crc = crc32(chunk, crc);
      done += chunk.length;
      onBytes(chunk.length);
      callback(done > sizeBytes ? new Error(`it has more than its ${sizeBytes} bytes`) : null, chunk);
    },
    flush(callback: TransformCallback) {
      if (done < sizeBytes) callback(new Error(`it has ${done} bytes instead of ${sizeBytes}`));
      else callback(crc === expected ? null : new Error("its CRC does not match"));
    },
  });
}
