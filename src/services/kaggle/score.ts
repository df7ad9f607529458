import { FailureError } from "../../base/failure.ts";
import type { KaggleClient } from "./client.ts";
import { competitionPage } from "./endpoint.ts";
import { getSubmission, type Submission } from "./submissions.ts";

export interface ScoreRequest {
  readonly competition: string;
  readonly reference: number;
  readonly timeoutMs: number;
  /** Told before each wait, with the time waited so far. */
  onWait?(waitedMs: number): void;
}

const firstDelayMs = 1_000;
const maxDelayMs = 30_000;

/**
 * Polls until Kaggle has scored the submission. Fails when it rejects the file or takes longer than allowed; until then a network that
 * is down is waited for, because Kaggle has the file and scores it meanwhile.
 */
export async function waitForScore(client: KaggleClient, request: ScoreRequest): Promise<Submission> {
  const startedAt = client.clock.now();
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 1.5, maxDelayMs)) {
    const answer = await ask(client, request.reference);
    if (answer instanceof FailureError) client.notice(answer.message);
    else if (answer.status === "ERROR") throw rejected(answer, request);
    else if (answer.status === "COMPLETE") return answer;
    const waitedMs = client.clock.now() - startedAt;
    if (waitedMs >= request.timeoutMs) throw answer instanceof FailureError ? answer : late(request);
    request.onWait?.(waitedMs);
    await client.clock.sleep(Math.min(delayMs, request.timeoutMs - waitedMs), client.signal);
  }
}

/** Returns the failure when the network is down. */
async function ask(client: KaggleClient, reference: number): Promise<Submission | FailureError> {
  try {
    return await getSubmission(client, reference);
  } catch (error) {
    if (error instanceof FailureError && error.failure.cause === "network") return error;
    throw error;
  }
}

function rejected(submission: Submission, { competition, reference }: ScoreRequest): FailureError {
  return new FailureError({
    cause: "input",
    message: `Kaggle could not score submission ${reference}: ${submission.errorDescription ?? "it gives no reason"}`,
    hint: `compare the file with the competition's sample submission (${competitionPage(competition, "submissions")})`,
  });
}

function late({ competition, reference, timeoutMs }: ScoreRequest): FailureError {
  return new FailureError({
    cause: "timeout",
    message: `Kaggle has not scored submission ${reference} within ${timeoutMs / 1000} s`,
    hint: `run again to go on waiting, nothing is submitted twice; or set a longer timeout (${competitionPage(competition, "submissions")})`,
  });
}
