import type { Clock } from "../../services/clock.ts";
import { KaggleClient } from "../../services/kaggle/client.ts";
import type { Competition } from "../../services/kaggle/competition.ts";
import { withCompetition } from "../../services/kaggle/with-competition.ts";
import type { StageContext } from "../stage-kind.ts";

export interface AtCompetition {
  readonly clock: Clock;
  readonly action: "download" | "submit";
  /** How the client's notices are logged. */
  readonly noticeLevel: "info" | "warning";
  work(client: KaggleClient, competition: Competition): Promise<void>;
}

/** Works at the competition that a stage names, with a client that speaks through the stage. */
export async function atCompetition(
  stage: StageContext<{ readonly competition: string }>,
  { clock, action, noticeLevel, work }: AtCompetition,
): Promise<void> {
  const { environment, signal } = stage;
  const onNotice = (text: string): void => stage.log(noticeLevel, text);
  const onWarning = (text: string): void => stage.log("warning", text);
  const client = new KaggleClient({ environment, clock, signal, onNotice, onWarning });
  await withCompetition(client, {
    slug: stage.with.competition,
    action,
    onInfo: (text) => stage.log("info", text),
    work: (competition) => work(client, competition),
  });
}
