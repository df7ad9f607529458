import type { JsonObject } from "../../base/json.ts";
import type { KaggleClient } from "./client.ts";
import { readObjects, readText } from "./competition.ts";

type SubmissionStatus = "PENDING" | "COMPLETE" | "ERROR";

/** What became of a submission. */
export interface Submission {
  readonly reference: number;
  readonly status: SubmissionStatus;
  /** ISO 8601. */
  readonly submittedAt: string | undefined;
  readonly description: string;
  readonly fileName: string | undefined;
  readonly publicScore: number | undefined;
  /** Only after the competition's end. */
  readonly privateScore: number | undefined;
  /** Why the file could not be scored. */
  readonly errorDescription: string | undefined;
}

export async function getSubmission(client: KaggleClient, reference: number): Promise<Submission> {
  return readSubmission(await client.call("GetSubmission", { ref: reference }));
}

const submissionsPerPage = 100;

/** The account's submissions to a competition, newest first, page after page. */
export async function* listSubmissions(client: KaggleClient, competition: string): AsyncGenerator<Submission> {
  let pageToken = "";
  const seen = new Set<number>();
  for (let page = 1; ; page++) {
    const position = pageToken === "" ? { page } : { pageToken };
    const request = { competitionName: competition, pageSize: submissionsPerPage, ...position };
    const answer = await client.call("ListSubmissions", request);
    const submissions = readObjects(answer, "submissions").map(readSubmission);
    // What is submitted meanwhile pushes the last ones of a page onto the next.
    const fresh = submissions.filter(({ reference }) => !seen.has(reference));
    for (const submission of fresh) seen.add(submission.reference);
    yield* fresh;
    pageToken = readText(answer, "nextPageToken") ?? "";
    // Older servers know pages by number only; one that gives the same page for ever has no other.
    if (fresh.length === 0 || (pageToken === "" && submissions.length < submissionsPerPage)) return;
  }
}

/** How many submissions an account has made and may still make. */
export interface SubmissionLimits {
  readonly numToday: number;
  readonly numAllowedNow: number;
  /** The competition limits their total, and this is what binds. */
  readonly limitedByTotal: boolean;
}

/** Undefined when Kaggle does not say, which it words as all zeros: the account is in no team yet. */
export async function getSubmissionLimits(
  client: KaggleClient,
  competition: string,
): Promise<SubmissionLimits | undefined> {
  const answer = await client.call("GetSubmissionLimits", { competitionName: competition });
  const [numToday, numTotal, numAllowedNow] = ["numToday", "numTotal", "numAllowedNow"].map((key) =>
    Number(answer[key] ?? 0),
  );
  if (numToday === 0 && numTotal === 0 && numAllowedNow === 0) return undefined;
  return {
    numToday: numToday ?? 0,
    numAllowedNow: numAllowedNow ?? 0,
    limitedByTotal: answer["limitedByTotal"] === true,
  };
}

function readSubmission(answer: JsonObject): Submission {
  return {
    reference: Number(answer["ref"] ?? 0),
    status: readStatus(answer["status"]),
    submittedAt: readText(answer, "date"),
    description: readText(answer, "description") ?? "",
    fileName: readText(answer, "fileName"),
    publicScore: readScore(answer, "publicScore"),
    privateScore: readScore(answer, "privateScore"),
    errorDescription: readText(answer, "errorDescription"),
  };
}

/** Kaggle leaves out what has its default value, and has worded the names of enums in several ways. */
function readStatus(value: unknown): SubmissionStatus {
  const name = String(value ?? "PENDING").toUpperCase();
  if (name.endsWith("COMPLETE")) return "COMPLETE";
  return name.endsWith("ERROR") ? "ERROR" : "PENDING";
}

/** Scores come as text. */
function readScore(answer: JsonObject, field: string): number | undefined {
  const text = readText(answer, field);
  const score = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(score) ? score : undefined;
}
