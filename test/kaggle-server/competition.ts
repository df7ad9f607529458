import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import yauzl from "yauzl";
import { parseSolution, type Solution } from "./scoring.ts";

/** A competition that the stand-in holds. */
export interface CompetitionOptions {
  readonly slug: string;
  /** Path of the zip with all files. */
  readonly archive: string;
  /** Paths of files that can be had one by one, by their names; one whose path ends in `.zip` is handed out zipped. */
  readonly files?: Readonly<Record<string, string>>;
  /** Path of a CSV `Id,Predicted[,Usage]`; without it submissions are rejected. */
  readonly solution?: string;
  /** By default one more than the largest label of the solution. */
  readonly numClasses?: number;
  readonly title?: string;
  readonly maxDailySubmissions?: number;
  readonly hasEntered?: boolean;
  /** ISO 8601. */
  readonly deadline?: string;
  /** ISO 8601; who has not entered by then cannot. */
  readonly newEntrantDeadline?: string;
  readonly isNotebooksOnly?: boolean;
  readonly submissionsDisabled?: boolean;
  /** The archive was composed of several objects: the storage then knows no md5 of it. */
  readonly isComposite?: boolean;
}

/** A file of the archive. */
export interface ArchiveFile {
  readonly name: string;
  readonly sizeBytes: number;
}

export class StandInCompetition {
  readonly options: CompetitionOptions;
  readonly solution: Solution | undefined;

  constructor(options: CompetitionOptions) {
    this.options = options;
    this.solution =
      options.solution === undefined
        ? undefined
        : parseSolution(readFileSync(options.solution, "utf8"), options.numClasses);
  }

  /** As `GetCompetition` words it. */
  describe(): Record<string, unknown> {
    const { slug, title = slug, maxDailySubmissions = 5, hasEntered = true } = this.options;
    const { deadline = "2030-01-10T23:59:00Z", newEntrantDeadline } = this.options;
    return {
      id: 10418,
      ref: `https://www.kaggle.com/competitions/${slug}`,
      title,
      url: `https://www.kaggle.com/competitions/${slug}`,
      category: "Research",
      deadline,
      ...(newEntrantDeadline !== undefined && { newEntrantDeadline }),
      evaluationMetric: "Macro F1",
      userHasEntered: hasEntered,
      maxDailySubmissions,
      isKernelsSubmissionsOnly: this.options.isNotebooksOnly ?? false,
      submissionsDisabled: this.options.submissionsDisabled ?? false,
    };
  }

  /** The files that can be had one by one, else those in the archive; the archive itself when it is not a zip. */
  async listFiles(): Promise<readonly ArchiveFile[]> {
    const { files, archive } = this.options;
    if (files !== undefined) {
      return Object.entries(files).map(([name, path]) => ({ name, sizeBytes: statSync(path).size }));
    }
    return await readZipFiles(archive).catch(() => [{ name: "archive.zip", sizeBytes: statSync(archive).size }]);
  }

  /** Where the content of an object of the storage lies; its name is as in signed addresses. */
  findObject(name: string): string | undefined {
    if (name === "archive.zip") return this.options.archive;
    return Object.entries(this.options.files ?? {}).find(([file, path]) => objectName(file, path) === name)?.[1];
  }

  /** The name in the storage of a file that can be had alone. */
  findObjectName(file: string): string | undefined {
    const path = this.options.files?.[file];
    return path === undefined ? undefined : objectName(file, path);
  }

  /** An object as it is now; `hash` as in `x-goog-hash`. */
  async inspect(path: string): Promise<{ sizeBytes: number; hash: string; etag: string; modified: Date }> {
    const { size, mtime } = statSync(path);
    const stream = createReadStream(path) as AsyncIterable<Buffer>;
    const md5 = createHash("md5");
    let crc = 0;
    for await (const chunk of stream) {
      md5.update(chunk);
      if (this.options.isComposite) crc = addCrc32c(crc, chunk);
    }
    const digest = md5.digest();
    const hash = this.options.isComposite ? `crc32c=${encodeCrc32c(crc)}` : `md5=${digest.toString("base64")}`;
    return { sizeBytes: size, hash, etag: `"${digest.toString("hex")}"`, modified: mtime };
  }
}

function objectName(file: string, path: string): string {
  return path.endsWith(".zip") && !file.endsWith(".zip") ? `${file}.zip` : file;
}

async function readZipFiles(path: string): Promise<readonly ArchiveFile[]> {
  const zip = await yauzl.openPromise(path);
  const files: ArchiveFile[] = [];
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith("/")) files.push({ name: entry.fileName, sizeBytes: entry.uncompressedSize });
  }
  return files;
}

/** Bit by bit, so that it shares no table with what it is to check. */
function addCrc32c(before: number, bytes: Uint8Array): number {
  let crc = ~before;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0x82f63b78 & -(crc & 1));
  }
  return ~crc;
}

function encodeCrc32c(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(crc);
  return bytes.toString("base64");
}
