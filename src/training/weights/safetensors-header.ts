import { fail } from "../../base/failure.ts";
import { sizeOf } from "./named-arrays.ts";

/** Bytes of one element, by the format's names of element types. */
export const elementSizes = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;

export type ElementType = keyof typeof elementSizes;

/** Where an array lies in a safetensors file. */
export interface TensorEntry {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Bytes from the start of the file's data part, the end excluded. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit. */
export const maxHeaderBytes = 100_000_000;

/**
 * Reads the JSON header of a safetensors file. Fails unless every entry has a known type, its size fits its shape, and all
 * together cover `dataBytes` without overlap or gap: a truncated or forged file must not get into a network.
 */
export function parseHeader(json: string, dataBytes: number, file: string): SafetensorsHeader {
  const document = parseJson(json, file);
  const { __metadata__: metadata = {}, ...tensors } = document;
  const entries = Object.entries(tensors).map(([name, value]) => parseEntry(name, value, file));
  checkCoverage(entries, dataBytes, file);
  return { entries, metadata: metadata as Readonly<Record<string, string>> };
}

function parseJson(json: string, file: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    document = undefined;
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    return fail("input", `${file} is not a safetensors file: its header is not a JSON object.`);
  }
  return document as Record<string, unknown>;
}

function parseEntry(name: string, value: unknown, file: string): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const isCounts = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((item) => Number.isSafeInteger(item) && item >= 0);
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2 || typeof dtype !== "string") {
    return fail("input", `${file}: the entry of "${name}" is malformed; expected dtype, shape and data_offsets.`);
  }
  if (!Object.hasOwn(elementSizes, dtype)) {
    return fail(
      "input",
      `${file}: "${name}" has the element type ${dtype}; known are ${Object.keys(elementSizes).join(", ")}.`,
    );
  }
  const type = dtype as ElementType;
  const [begin, end] = offsets as [number, number];
  if (end - begin !== sizeOf(shape) * elementSizes[type]) {
    return fail(
      "input",
      `${file}: "${name}" takes ${end - begin} bytes, which is not the size of ${dtype} [${shape.join(", ")}].`,
    );
  }
  return { name, type, shape, begin, end };
}

function checkCoverage(entries: readonly TensorEntry[], dataBytes: number, file: string): void {
  let position = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (end > dataBytes) {
      fail("input", `${file} is cut short: "${name}" ends at byte ${end} of ${dataBytes}.`, "Download it again.");
    }
    if (begin !== position) {
      fail(
        "input",
        `${file}: "${name}" ${begin < position ? "overlaps the array before it" : "leaves a gap before it"}.`,
      );
    }
    position = end;
  }
  if (position !== dataBytes) fail("input", `${file} holds ${dataBytes - position} bytes that belong to no array.`);
}
