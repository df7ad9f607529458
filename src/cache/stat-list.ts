import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";

/** A file of the user's, as the file system describes it. */
export interface StatedFile {
  /** Relative to the walked path; empty when that is the file itself. */
  readonly path: string;
  /** Device, inode, size, and the times of the last changes of content and of description, in ns: a changed file has another one. */
  readonly signature: string;
  /** The later of the two times. */
  readonly changedNs: bigint;
  readonly sizeBytes: number;
}

/** Descriptions of many files. They are kept as bare numbers: to write out those of 100,000 files takes as long as to ask for them. */
export interface StatList {
  readonly add: (path: string, stats: BigIntStats) => void;
  /** Of the paths and of these parts of the descriptions, in their order. */
  readonly computeDigest: (parts: readonly StatPart[]) => string;
  readonly listFiles: () => StatedFile[];
}

/** What the system says of a file, in the order in which it is kept. */
export const statParts = ["dev", "ino", "size", "mtimeNs", "ctimeNs"] as const;
export type StatPart = (typeof statParts)[number];

const fieldsPerFile = statParts.length;

export function createStatList(): StatList {
  const paths: string[] = [];
  let fields = new BigInt64Array(fieldsPerFile);
  const fieldsOf = (index: number) => fields.subarray(index * fieldsPerFile, (index + 1) * fieldsPerFile);
  return {
    add(path, { dev, ino, size, mtimeNs, ctimeNs }) {
      let end = paths.push(path) * fieldsPerFile;
      if (end > fields.length) fields = enlarge(fields);
      for (const field of [ctimeNs, mtimeNs, size, ino, dev]) {
        end -= 1;
        fields[end] = field;
      }
    },
    computeDigest(parts) {
      const hash = createHash("sha256");
      const all = fields.subarray(0, paths.length * fieldsPerFile);
      const isMeant = statParts.map((part) => parts.includes(part));
      hash.update(isMeant.every(Boolean) ? all : all.filter((_, index) => isMeant[index % fieldsPerFile]));
      // No path holds a zero byte, so no two lists give the same bytes.
      return hash.update(paths.join("\0")).digest("hex");
    },
    listFiles: () => paths.map((path, index) => describe(path, fieldsOf(index))),
  };
}

function enlarge(fields: BigInt64Array): BigInt64Array<ArrayBuffer> {
  const larger = new BigInt64Array(2 * fields.length);
  larger.set(fields);
  return larger;
}

function describe(path: string, fields: BigInt64Array): StatedFile {
  const [, , sizeBytes, modifiedNs, describedNs] = fields as unknown as readonly [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  return {
    path,
    signature: fields.join(":"),
    // biome-ignore lint/complexity/useMathMinMax: these are bigints
    changedNs: modifiedNs > describedNs ? modifiedNs : describedNs,
    sizeBytes: Number(sizeBytes),
  };
}
