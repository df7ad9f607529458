import { lstat, readlink } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { OutputRecord } from "../base/event.ts";
import { fail } from "../base/failure.ts";
import type { ContentDigest } from "../base/ids.ts";
import { listFiles } from "../util/list-files.ts";
import { mapBounded } from "../util/map-bounded.ts";
import { sha256 } from "../util/sha256.ts";
import { computeTreeDigest, digestParts, machineFolder } from "./content-digest.ts";
import { type FileContent, UnreadableFileError } from "./reading/read-content.ts";
import { type ReadingOptions, readContents } from "./reading/read-contents.ts";

/** Links looked at at once. */
const concurrency = 16;

/** An output as a stage declares it. */
export interface DeclaredOutput {
  readonly name: string;
  readonly kind: OutputRecord["kind"];
  /** Relative to the folder of the stage's outputs. */
  readonly path: string;
  readonly shape: "file" | "folder";
}

/** Reads an output and describes its content. Throws `FailureError` when it is not there, or not of the declared shape. */
export async function readOutput(
  outputsFolder: string,
  output: DeclaredOutput,
  options: ReadingOptions,
): Promise<OutputRecord> {
  const path = join(outputsFolder, output.path);
  await checkShape(path, output);
  const record = { kind: output.kind, path: output.path };
  if (output.shape === "file") {
    const [content] = await readContents([path], options);
    return { ...record, numFiles: 1, ...(content as FileContent) };
  }
  const files = await readFolder(path, output, options);
  const content = files.filter((file) => !isOfMachine(file.path));
  const sizeBytes = content.reduce((sum, file) => sum + file.sizeBytes, 0);
  const parts = digestParts(content);
  const digest = computeTreeDigest(content);
  return { ...record, digest, numFiles: content.length, sizeBytes, ...(parts && { parts }) };
}

async function readFolder(
  folder: string,
  output: DeclaredOutput,
  options: ReadingOptions,
): Promise<(FileContent & { readonly path: string })[]> {
  const listed = await listFiles(folder);
  const other = listed.find(({ type }) => type === "other");
  if (other) fail("input", `Output "${output.name}" holds ${other.path}, which is neither a file nor a folder.`);
  const files = listed.filter(({ type }) => type === "file").map(({ path }) => path);
  const read = await readContents(
    files.map((path) => join(folder, path)),
    options,
  ).catch((error) => failToRead(output, error));
  const contents = new Map(files.map((path, index) => [path, read[index]]));
  return mapBounded(listed, concurrency, async ({ path }) => ({
    path,
    ...(contents.get(path) ?? (await readLink(folder, path, output))),
  }));
}

function failToRead({ name }: DeclaredOutput, error: unknown): never {
  if (!(error instanceof UnreadableFileError)) throw error;
  // What cannot be decoded is found by no name that it was decoded to.
  if (error.path.includes("\uFFFD"))
    fail("input", `The name of ${error.path} in output "${name}" is not UTF-8.`, "Let the stage give it another name.");
  return fail("input", `${error.path} in output "${name}" cannot be read: ${error.message}`);
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
