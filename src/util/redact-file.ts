import { createReadStream } from "node:fs";
import { replaceFile } from "./atomic-write.ts";
import { errorCode } from "./error-code.ts";
import { findRedactableCut, redact } from "./redact.ts";

/**
 * Takes every secret out of a text file, which is replaced as a whole, and only if it holds one. Nobody may be writing to it. No more
 * than a piece of it is in memory.
 */
export async function redactFile(path: string, secrets: readonly string[]): Promise<void> {
  if (!(await holdsSecret(path, secrets))) return;
  await replaceFile(path, hideInPieces(path, secrets));
}

async function holdsSecret(path: string, secrets: readonly string[]): Promise<boolean> {
  try {
    for await (const part of readParts(path, secrets)) if (redact(part, secrets) !== part) return true;
    return false;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

async function* hideInPieces(path: string, secrets: readonly string[]): AsyncGenerator<Uint8Array> {
  for await (const part of readParts(path, secrets)) yield Buffer.from(redact(part, secrets));
}

/** A file's text in parts of which none ends within a secret. */
async function* readParts(path: string, secrets: readonly string[]): AsyncGenerator<string> {
  let held = "";
  for await (const text of createReadStream(path, "utf8")) {
    held += text as string;
    const cut = findRedactableCut(held, secrets);
    if (cut <= 0) continue;
    yield held.slice(0, cut);
    held = held.slice(cut);
  }
  yield held;
}
