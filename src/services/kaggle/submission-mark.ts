/** Kaggle's limit on descriptions is not published; this is well below what it is known to take. */
const maxMessageLength = 400;

/** What a description tells of its submission; undefined for those that were not made here. */
export interface SubmissionMark {
  readonly runId: string;
  /** What the user wrote. */
  readonly message: string;
}

/** The description by which a submission is found again: it names the run and the file. */
export function describeSubmission(message: string, runId: string, sha256: string): string {
  const text = message.trim().slice(0, maxMessageLength);
  return `${text}${text === "" ? "" : " "}[run ${runId}, ${fileMark(sha256)}]`;
}

/** Whether a description was made for a file of this digest. */
export function isOfFile(description: string, sha256: string): boolean {
  return description.includes(fileMark(sha256));
}

/** Reads what `describeSubmission` wrote. */
export function parseDescription(description: string): SubmissionMark | undefined {
  const match = /^(.*?) ?\[run (\S+), sha256:[0-9a-f]+\]$/s.exec(description);
  return match === null ? undefined : { message: match[1] ?? "", runId: match[2] ?? "" };
}

function fileMark(sha256: string): string {
  return `sha256:${sha256.slice(0, 16)}`;
}
