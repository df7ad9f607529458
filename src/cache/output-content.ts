import { lstat, readlink } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { OutputRecord } from "../base/event.ts";
import { fail } from "../base/failure.ts";
import type { ContentDigest } from "../base/ids.ts";
import { listFiles } from "../util/list-files.ts";
import { mapBounded } from "../util/map-bounded.ts";
import { sha256 } from "../util/sha256.ts";
import type { SealOptions } from "./cache.ts";
import { computeTreeDigest, machineFolder } from "./content-digest.ts";

/** Files under way at once; more does not make a disk faster. */
const concurrency = 16;

/** An output as a stage declares it. */
export interface DeclaredOutput {
  readonly name: string;
  readonly kind: OutputRecord["kind"];
  /** Relative to the folder of the stage's outputs. */
  readonly path: string;
  readonly shape: "file" | "folder";
}

export interface ReadOptions extends SealOptions {
  /** Reads one of the output's `numFiles` files. */
  readonly readFile: (path: string, numFiles: number) => Promise<FileContent>;
}

export interface FileContent {
  readonly digest: ContentDigest;
  readonly sizeBytes: number;
}

/** Reads an output and describes its content. Throws `FailureError` when it is not there, or not of the declared shape. */
export async function readOutput(
  outputsFolder: string,
  output: DeclaredOutput,
  { readFile, signal, onProgress }: ReadOptions,
): Promise<OutputRecord> {
  const path = join(outputsFolder, output.path);
  await checkShape(path, output);
  const record = { kind: output.kind, path: output.path };
  if (output.shape === "file") return { ...record, numFiles: 1, ...(await readFile(path, 1)) };
  const listed = await listFiles(path);
  let numDone = 0;
  const files = await mapBounded(listed, concurrency, async (file) => {
    signal?.throwIfAborted();
    onProgress?.(numDone++, listed.length);
    if (file.type === "other")
      fail("input", `Output "${output.name}" holds ${file.path}, which is neither a file nor a folder.`);
    const content =
      file.type === "link"
        ? await readLink(path, file.path, output)
        : await readFile(join(path, file.path), listed.length);
    return { path: file.path, ...content };
  });
  const content = files.filter((file) => !isOfMachine(file.path));
  const sizeBytes = content.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { ...record, digest: computeTreeDigest(content), numFiles: content.length, sizeBytes };
}

async function checkShape(path: string, { name, shape, path: declared }: DeclaredOutput): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined)
    fail("command", `The stage ended well but did not write its output "${name}" (${declared}).`);
  const isRight = shape === "file" ? found.isFile() : found.isDirectory();
  if (!isRight)
    fail("command", `The stage's output "${name}" (${declared}) should be a ${shape}, and is something else.`);
}

/** A link inside the output is content; one that leads out of it would change with what it leads to. */
async function readLink(folder: string, path: string, output: DeclaredOutput): Promise<FileContent> {
  const target = await readlink(join(folder, path));
  const fromFolder = relative(folder, resolve(join(folder, dirname(path)), target));
  if (isAbsolute(target) || fromFolder.startsWith("..")) {
    fail(
      "command",
      `Output "${output.name}" holds a link that leads out of it: ${path} → ${target}.`,
      "Copy the file, or declare what it leads to as an input.",
    );
  }
  return { digest: sha256(`link ${target}`) as ContentDigest, sizeBytes: 0 };
}

function isOfMachine(path: string): boolean {
  return path.split("/").slice(0, -1).includes(machineFolder);
}
