import { readFile } from "node:fs/promises";
import { atomicWrite } from "../../util/atomic-write.ts";

/** What was about to be submitted, or was: all that a process started after a crash needs to know. */
export interface JournalEntry {
  readonly competition: string;
  /** Of the submitted file. */
  readonly sha256: string;
  /** Kaggle's number of the submission; undefined while it is not known whether it arrived. */
  readonly reference: number | undefined;
}

/** Undefined when nothing was ever about to be submitted, or the journal is of no use. */
export async function readJournal(path: string): Promise<JournalEntry | undefined> {
  try {
    const { version, competition, sha256, reference }: Record<string, unknown> = JSON.parse(
      await readFile(path, "utf8"),
    );
    if (version !== 1 || typeof competition !== "string" || typeof sha256 !== "string") return undefined;
    return { competition, sha256, reference: typeof reference === "number" ? reference : undefined };
  } catch {
    return undefined;
  }
}

/** Returns when the entry is on the disk: only then may the submission be sent. */
export async function writeJournal(path: string, entry: JournalEntry): Promise<void> {
  await atomicWrite(path, `${JSON.stringify({ version: 1, ...entry }, null, 2)}\n`);
}
