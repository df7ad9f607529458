import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { artifactShapes } from "../base/artifact.ts";
import type { OutputRecord } from "../base/event.ts";
import { FailureError } from "../base/failure.ts";
import type { SealOptions } from "./cache.ts";
import type { Manifest } from "./manifest.ts";
import { readOutput } from "./output-content.ts";

/** An output that is not what the manifest says. */
export interface OutputDamage {
  readonly output: string;
  /** Absolute. */
  readonly path: string;
  /** What is wrong with it, as a sentence's end: `is gone`. */
  readonly problem: string;
}

/** Reads all outputs of an entry again and compares them with its manifest. */
export async function findDamage(
  entryFolder: string,
  { outputs, outputsFolder }: Pick<Manifest, "outputs" | "outputsFolder">,
  options: SealOptions = {},
): Promise<OutputDamage[]> {
  const folder = join(entryFolder, outputsFolder);
  const damages: OutputDamage[] = [];
  for (const [output, record] of Object.entries(outputs)) {
    const problem = await findProblem(folder, output, record, options);
    if (problem !== undefined) damages.push({ output, path: join(folder, record.path), problem });
  }
  return damages;
}

async function findProblem(
  folder: string,
  name: string,
  expected: OutputRecord,
  options: SealOptions,
): Promise<string | undefined> {
  const { kind, path } = expected;
  if ((await lstat(join(folder, path)).catch(() => undefined)) === undefined) return "is gone";
  try {
    const found = await readOutput(
      folder,
      { name, kind, path, shape: artifactShapes[kind] },
      { ...options, seal: false },
    );
    if (found.digest === expected.digest) return undefined;
    return found.numFiles === expected.numFiles
      ? "has another content than when it was made"
      : `holds ${found.numFiles} files, and had ${expected.numFiles} when it was made`;
  } catch (error) {
    if (error instanceof FailureError) return `is not as it was made: ${error.message}`;
    throw error;
  }
}
