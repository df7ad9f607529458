import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import { type Clock, systemClock } from "../services/clock.ts";
import type { KaggleClient } from "../services/kaggle/client.ts";
import type { Competition } from "../services/kaggle/competition.ts";
import { competitionPage } from "../services/kaggle/endpoint.ts";
import { waitForScore } from "../services/kaggle/score.ts";
import type { Submission } from "../services/kaggle/submissions.ts";
import { submitOnce } from "../services/kaggle/submit.ts";
import type { KaggleSubmitWith } from "./generated/kaggle-submit.ts";
import { atCompetition } from "./kaggle/at-competition.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

type Stage = StageContext<KaggleSubmitWith>;

export const kaggleSubmit: StageKind<KaggleSubmitWith> = createKaggleSubmit(systemClock);

/** The stage with a clock of the caller's. */
export function createKaggleSubmit(clock: Clock): StageKind<KaggleSubmitWith> {
  return { uses: "kaggle/submit", run: (stage) => submitAndScore(stage, clock) };
}

async function submitAndScore(stage: Stage, clock: Clock): Promise<void> {
  await atCompetition(stage, {
    clock,
    action: "submit",
    noticeLevel: "info",
    async work(client, competition) {
      checkTakesFiles(competition);
      const reference = await submit(stage, client, competition);
      await saveScore(stage, await waitWithProgress(stage, client, reference));
    },
  });
}

function checkTakesFiles(competition: Competition): void {
  const page = competitionPage(competition.slug);
  if (competition.isNotebooksOnly) {
    fail("refused", `"${competition.slug}" takes notebooks only, not files`, `submit a notebook at ${page}`);
  }
  if (competition.submissionsDisabled) {
    fail("refused", `"${competition.slug}" takes no submissions`, `see ${page} for its deadlines`);
  }
}

async function submit(stage: Stage, client: KaggleClient, competition: Competition): Promise<number> {
  stage.progress({ activity: "submitting", done: 0, unit: "bytes" });
  const reference = await submitOnce(client, {
    competition,
    path: stage.with.submission,
    message: stage.with.message,
    runId: stage.runId,
    journalPath: join(stage.workFolder, "submission.json"),
    upload: {
      onProgress: ({ sentBytes, totalBytes }) =>
        stage.progress({ activity: "submitting", done: sentBytes, total: totalBytes, unit: "bytes" }),
    },
  });
  stage.log("info", `submission ${reference}: ${competitionPage(competition.slug, "submissions")}`);
  return reference;
}

async function waitWithProgress(stage: Stage, client: KaggleClient, reference: number): Promise<Submission> {
  return await waitForScore(client, {
    competition: stage.with.competition,
    reference,
    timeoutMs: stage.with.timeout * 1000,
    onWait: (waitedMs) =>
      stage.progress({ activity: "waiting for the score", done: Math.round(waitedMs / 1000), unit: "seconds" }),
  });
}

async function saveScore(stage: Stage, submission: Submission): Promise<void> {
  const { publicScore, privateScore } = submission;
  if (publicScore === undefined) stage.log("warning", "Kaggle shows no public score for this submission");
  else stage.metric("kaggle/public_score", publicScore);
  if (privateScore !== undefined) stage.metric("kaggle/private_score", privateScore);
  const score = {
    version: 1,
    reference: submission.reference,
    status: submission.status,
    publicScore: publicScore ?? null,
    privateScore: privateScore ?? null,
    message: submission.description,
    submittedAt: submission.submittedAt ?? null,
  };
  await writeFile(stage.output("score"), `${JSON.stringify(score, null, 2)}\n`);
  stage.showFile(stage.output("score"));
}
