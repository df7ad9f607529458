import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import yauzl from "yauzl";
import { parseSolution, type Solution } from "./scoring.ts";

/** A competition that the stand-in holds. */
export interface CompetitionOptions {
  readonly slug: string;
  /** Path of the zip with all files. */
  readonly archive: string;
  /** Path of a CSV `Id,Predicted[,Usage]`; without it submissions are rejected. */
  readonly solution?: string;
  /** By default one more than the largest label of the solution. */
  readonly numClasses?: number;
  readonly title?: string;
  readonly maxDailySubmissions?: number;
  readonly hasEntered?: boolean;
  readonly isNotebooksOnly?: boolean;
  readonly submissionsDisabled?: boolean;
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
    return {
      id: 10418,
      ref: `https://www.kaggle.com/competitions/${slug}`,
      title,
      url: `https://www.kaggle.com/competitions/${slug}`,
      category: "Research",
      deadline: "2030-01-10T23:59:00Z",
      evaluationMetric: "Macro F1",
      userHasEntered: hasEntered,
      maxDailySubmissions,
      isKernelsSubmissionsOnly: this.options.isNotebooksOnly ?? false,
      submissionsDisabled: this.options.submissionsDisabled ?? false,
    };
  }

  /** Files of the archive; the archive itself when it is not a zip. */
  async listFiles(): Promise<readonly ArchiveFile[]> {
    const whole = [{ name: "archive.zip", sizeBytes: statSync(this.options.archive).size }];
    return await readZipFiles(this.options.archive).catch(() => whole);
  }

  /** Length, digest and ETag of the archive as it is now. */
  async inspectArchive(): Promise<{ sizeBytes: number; md5: Buffer; etag: string; modified: Date }> {
    const { size, mtime } = statSync(this.options.archive);
    const hash = createHash("md5");
    for await (const chunk of createReadStream(this.options.archive)) hash.update(chunk as Buffer);
    const md5 = hash.digest();
    return { sizeBytes: size, md5, etag: `"${md5.toString("hex")}"`, modified: mtime };
  }
}

async function readZipFiles(path: string): Promise<readonly ArchiveFile[]> {
  const zip = await yauzl.openPromise(path);
  const files: ArchiveFile[] = [];
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith("/")) files.push({ name: entry.fileName, sizeBytes: entry.uncompressedSize });
  }
  return files;
}
