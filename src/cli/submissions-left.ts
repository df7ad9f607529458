import type { Pipeline } from "../pipeline/pipeline.ts";
import type { SubmissionsLeft } from "../report/plan-report.ts";
import { systemClock } from "../services/clock.ts";
import { KaggleClient } from "../services/kaggle/client.ts";
import { getSubmissionLimits } from "../services/kaggle/submissions.ts";
import { withCompetition } from "../services/kaggle/with-competition.ts";
import type { Io } from "./command.ts";

/** Asks Kaggle how many submissions are left to the competitions that these stages submit to. */
export async function askSubmissionsLeft(
  stages: Pipeline["stages"],
  { io, signal }: { readonly io: Io; readonly signal: AbortSignal },
): Promise<SubmissionsLeft[]> {
  const named = stages.flatMap((stage) =>
    stage.type === "kind" && stage.uses === "kaggle/submit" ? [stage.with["competition"]] : [],
  );
  const competitions = [...new Set(named.filter((slug) => typeof slug === "string"))];
  if (competitions.length === 0) return [];
  const client = new KaggleClient({
    environment: io.environment,
    clock: systemClock,
    signal,
    onNotice: (text) => io.stderr.write(`${text}\n`),
  });
  const answers: SubmissionsLeft[] = [];
  for (const competition of competitions) {
    await withCompetition(client, {
      slug: competition,
      action: "read",
      onInfo: () => undefined,
      async work() {
        const limits = await getSubmissionLimits(client, competition);
        answers.push({ competition, numLeft: limits?.numAllowedNow });
      },
    });
  }
  return answers;
}
