import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { fail } from "../../base/failure.ts";
import type { SetupContext } from "./context.ts";
import { libraryNames } from "./release.ts";

/** The headers that the addon's sources include, directly or not. */
const headerFolders = ["tensorflow/c/", "tensorflow/core/platform/", "tsl/platform/", "xla/tsl/c/"];

/**
 * Takes the two libraries out of a wheel (a zip archive) into `folder/lib`, and the headers that the addon needs into
 * `folder/include`. Every member's CRC-32 is checked.
 */
export async function unpackWheel(wheel: string, folder: string, context: SetupContext): Promise<void> {
  const { main, framework } = libraryNames(process.platform);
  const targets = new Map<string, string>();
  const zip = await openWheel(wheel);
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      const target = targetOf(entry.fileName, [main, framework]);
      if (target === undefined) continue;
      targets.set(target, entry.fileName);
      entries.push(entry);
    }
    for (const name of [main, framework]) {
      if (!targets.has(`lib/${name}`)) failNotTensorflow(wheel, name);
    }
    await unpackEntries(zip, entries, { folder, names: [main, framework] }, context);
  } finally {
    zip.close();
  }
}

async function openWheel(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false });
  } catch (error) {
    return fail("environment", `${path} is not a readable wheel: ${(error as Error).message}`);
  }
}

/** Where a member goes, relative to the library's folder; `undefined` when it is not needed. */
function targetOf(member: string, libraries: readonly string[]): string | undefined {
  const inPackage = member.replace(/^tensorflow\//, "");
  if (libraries.includes(inPackage)) return `lib/${basename(inPackage)}`;
  const header = inPackage.replace(/^include\//, "");
  const wanted = header !== inPackage && headerFolders.some((prefix) => header.startsWith(prefix));
  return wanted && header.endsWith(".h") ? `include/${header}` : undefined;
}

async function unpackEntries(
  zip: ZipFile,
  entries: readonly Entry[],
  { folder, names }: { folder: string; names: readonly string[] },
  { report, signal }: SetupContext,
): Promise<void> {
  const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  let done = 0;
  for (const entry of entries) {
    const target = join(folder, targetOf(entry.fileName, names) ?? "");
    await mkdir(dirname(target), { recursive: true });
    let checksum = 0;
    const inspect = new Transform({
      transform(chunk: Buffer, _encoding, callback) {
        checksum = crc32(chunk, checksum);
        done += chunk.length;
        report({ activity: "unpacking TensorFlow", done, total, unit: "bytes" });
        callback(null, chunk);
      },
    });
    const options = signal ? { signal } : {};
    await pipeline(await zip.openReadStreamPromise(entry), inspect, createWriteStream(target), options);
    if (checksum !== entry.crc32) {
      fail(
        "environment",
        `${entry.fileName} in the wheel is damaged: its CRC-32 is wrong.`,
        "Download the wheel again.",
      );
    }
  }
}

function failNotTensorflow(wheel: string, name: string): never {
  return fail(
    "environment",
    `${wheel} holds no tensorflow/${name}.`,
    "It must be a wheel of tensorflow or tensorflow-cpu for this platform.",
  );
}
