import { FailureError } from "../../base/failure.ts";
import { sha256File } from "../../util/sha256.ts";
import { mayRetry, patientPolicy, type RetryPolicy, TransientError, waitBeforeRetry } from "../http-retry.ts";
import type { KaggleClient } from "./client.ts";
import type { Competition } from "./competition.ts";
import { competitionPage } from "./endpoint.ts";
import { readJournal, writeJournal } from "./submission-journal.ts";
import { describeSubmission, isOfFile } from "./submission-mark.ts";
import { getSubmissionLimits, listSubmissions, type Submission } from "./submissions.ts";
import { type UploadOptions, uploadFile } from "./upload.ts";

export interface SubmitRequest {
  readonly competition: Competition;
  /** The file to submit. */
  readonly path: string;
  /** Shown on Kaggle, followed by the run and the file's digest. */
  readonly message: string;
  readonly runId: string;
  /** A file that outlives a crash of this process. */
  readonly journalPath: string;
  readonly upload?: UploadOptions;
  readonly policy?: RetryPolicy;
}

/**
 * Submits a file, at most once: a file that Kaggle already has is not submitted again, whoever submitted it and whatever
 * happened since. Returns Kaggle's number of the submission, which may not be scored yet.
 */
export async function submitOnce(client: KaggleClient, request: SubmitRequest): Promise<number> {
  const slug = request.competition.slug;
  const sha256 = await sha256File(request.path);
  const journal = await readJournal(request.journalPath);
  const isSame = journal?.sha256 === sha256 && journal.competition === slug;
  if (isSame && journal.reference !== undefined) return journal.reference;

  // An entry without a number: the process ended between sending and hearing. Kaggle may need a moment to list it.
  const earlier = isSame ? await findSettled(client, slug, sha256) : await findSubmission(client, slug, sha256);
  if (earlier !== undefined) {
    client.notice(
      `this file is submission ${earlier.reference} of ${earlier.submittedAt ?? "before"}; it is not submitted again`,
    );
    await writeJournal(request.journalPath, { competition: slug, sha256, reference: earlier.reference });
    return earlier.reference;
  }

  await checkLimits(client, request.competition);
  const token = await uploadFile(client, slug, request.path, request.upload);
  await writeJournal(request.journalPath, { competition: slug, sha256, reference: undefined });
  const reference = await sendSubmission(client, request, { sha256, token });
  await writeJournal(request.journalPath, { competition: slug, sha256, reference });
  return reference;
}

/** Sends until it is certain that the submission arrived: after an answer that was lost, the list decides. */
async function sendSubmission(
  client: KaggleClient,
  { competition, message, runId, policy = patientPolicy }: SubmitRequest,
  { sha256, token }: { sha256: string; token: string },
): Promise<number> {
  const body = {
    competitionName: competition.slug,
    blobFileTokens: token,
    submissionDescription: describeSubmission(message, runId, sha256),
  };
  const options = {
    policy,
    clock: client.clock,
    signal: client.signal,
    onNotice: (text: string) => client.notice(text),
  };
  for (let attempt = 1; ; attempt++) {
    try {
      const reference = Number((await client.callOnce("CreateSubmission", body))["ref"] ?? 0);
      if (reference !== 0) return reference;
      // Older servers answer with a message only.
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      if (!mayRetry(error, attempt, policy)) throw unconfirmed(competition.slug, error);
      if (error.rateLimited) {
        await waitBeforeRetry(error, attempt, options);
        continue;
      }
      client.notice(`${error.message}; looking whether the submission arrived`);
    }
    const arrived = await findSettled(client, competition.slug, sha256);
    if (arrived !== undefined) return arrived.reference;
    if (attempt >= policy.maxAttempts) throw unconfirmed(competition.slug);
  }
}

/** Milliseconds to wait before each further look at the list. */
const settleDelaysMs = [2_000, 4_000, 8_000, 16_000];

/** Looks several times: a submission that was just made may be listed a little later. */
async function findSettled(client: KaggleClient, competition: string, sha256: string): Promise<Submission | undefined> {
  for (const delayMs of [0, ...settleDelaysMs]) {
    if (delayMs > 0) await client.clock.sleep(delayMs, client.signal);
    const found = await findSubmission(client, competition, sha256);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The newest submission of the file that was not rejected. */
async function findSubmission(
  client: KaggleClient,
  competition: string,
  sha256: string,
): Promise<Submission | undefined> {
  for await (const submission of listSubmissions(client, competition)) {
    if (isOfFile(submission.description, sha256) && submission.status !== "ERROR") return submission;
  }
  return undefined;
}

async function checkLimits(client: KaggleClient, competition: Competition): Promise<void> {
  const limits = await getSubmissionLimits(client, competition.slug);
  if (limits === undefined) return;
  if (limits.numAllowedNow > 0) {
    client.notice(`${limits.numToday} submissions made today, ${limits.numAllowedNow} left`);
    return;
  }
  throw new FailureError({
    cause: "refused",
    message: limits.limitedByTotal
      ? `all submissions that "${competition.slug}" allows are used`
      : `all ${limits.numToday} submissions of today to "${competition.slug}" are used`,
    hint: limits.limitedByTotal
      ? `see ${competitionPage(competition.slug, "submissions")}`
      : `run again after 00:00 UTC: everything before this stage comes from the cache (${competitionPage(competition.slug, "submissions")})`,
  });
}

function unconfirmed(competition: string, error?: TransientError): FailureError {
  const failure = {
    cause: "network",
    message: `Kaggle did not confirm the submission${error === undefined ? "" : `: ${error.message}`}`,
    hint: `look at ${competitionPage(competition, "submissions")}; running again looks there too, before it submits`,
  } as const;
  return new FailureError(failure, { cause: error });
}
