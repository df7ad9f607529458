import type { OutputRecord } from "../base/event.ts";
import type { SealOptions } from "./cache.ts";
import { type DeclaredOutput, readOutput } from "./output-content.ts";

/**
 * Checks that an output is there in the declared shape, makes its files read-only, puts them on the disk (unless they are very
 * many) and computes the digest of its content. Throws `FailureError` when the stage did not write what it declares.
 */
export function sealOutput(
  outputsFolder: string,
  output: DeclaredOutput,
  options: SealOptions = {},
): Promise<OutputRecord> {
  return readOutput(outputsFolder, output, { ...options, seal: true });
}
