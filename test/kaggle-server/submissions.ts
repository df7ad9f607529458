import type { StandInCompetition } from "./competition.ts";
import { scoreSubmission } from "./scoring.ts";

/** A submission as the stand-in keeps it. */
export interface StoredSubmission {
  readonly ref: number;
  readonly competition: string;
  readonly fileName: string;
  readonly content: string;
  readonly description: string;
  readonly date: Date;
  status: "PENDING" | "COMPLETE" | "ERROR";
  publicScore: number | undefined;
  privateScore: number | undefined;
  errorDescription: string | undefined;
  /** Looks at it since it was made. */
  numPolls: number;
}

/** All submissions of the stand-in's only team, oldest first. */
export class SubmissionStore {
  readonly all: StoredSubmission[] = [];
  readonly #numPolls: number;
  #nextRef = 31_000_001;

  /** A submission is scored when it has been looked at `numPolls` times. */
  constructor(numPolls: number) {
    this.#numPolls = numPolls;
  }

  add(competition: string, file: { fileName: string; content: Buffer }, description: string): StoredSubmission {
    const submission: StoredSubmission = {
      ref: this.#nextRef++,
      competition,
      fileName: file.fileName,
      content: file.content.toString("utf8"),
      description,
      date: new Date(),
      status: "PENDING",
      publicScore: undefined,
      privateScore: undefined,
      errorDescription: undefined,
      numPolls: 0,
    };
    this.all.push(submission);
    return submission;
  }

  /** Newest first. */
  of(competition: string): StoredSubmission[] {
    return this.all.filter((submission) => submission.competition === competition).reverse();
  }

  countToday(competition: string): number {
    const today = new Date().toISOString().slice(0, 10);
    return this.of(competition).filter(({ date }) => date.toISOString().startsWith(today)).length;
  }

  /** Counts a look, and scores when it is time. */
  poll(submission: StoredSubmission, competition: StandInCompetition | undefined): void {
    if (submission.status !== "PENDING" || submission.numPolls++ < this.#numPolls) return;
    const { solution } = competition ?? {};
    const score =
      solution === undefined
        ? ({ type: "rejected", reason: "The competition has no solution" } as const)
        : scoreSubmission(submission.content, solution);
    if (score.type === "rejected") {
      Object.assign(submission, { status: "ERROR", errorDescription: score.reason });
    } else {
      Object.assign(submission, {
        status: "COMPLETE",
        publicScore: score.publicScore,
        privateScore: score.privateScore,
      });
    }
  }
}

/** As the API words it; what has its default value is left out, as the real one does. */
export function describeStored(submission: StoredSubmission): Record<string, unknown> {
  return {
    ref: submission.ref,
    totalBytes: Buffer.byteLength(submission.content),
    date: submission.date.toISOString(),
    description: submission.description,
    fileName: submission.fileName,
    submittedBy: "tester",
    teamName: "Testers",
    url: `https://www.kaggle.com/submissions/${submission.ref}`,
    ...(submission.status !== "PENDING" && { status: submission.status }),
    ...(submission.errorDescription !== undefined && { errorDescription: submission.errorDescription }),
    ...(submission.publicScore !== undefined && { publicScore: submission.publicScore.toFixed(5) }),
    ...(submission.privateScore !== undefined && { privateScore: submission.privateScore.toFixed(5) }),
  };
}
