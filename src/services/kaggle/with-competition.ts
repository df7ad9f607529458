import type { KaggleClient } from "./client.ts";
import { type Competition, getCompetition } from "./competition.ts";
import { describeEntry } from "./entry.ts";
import { explainRefusal } from "./refusal.ts";

export interface CompetitionWork<Value> {
  readonly slug: string;
  readonly action: "read" | "download" | "submit";
  /** Told what is asked of whom, before the work. */
  onInfo(text: string): void;
  work(competition: Competition): Promise<Value>;
}

/** Asks for the competition first, then works with it; whatever Kaggle refuses on the way is explained. */
export async function withCompetition<Value>(
  client: KaggleClient,
  { slug, action, onInfo, work }: CompetitionWork<Value>,
): Promise<Value> {
  let details: Competition | undefined;
  try {
    details = await getCompetition(client, slug);
    onInfo(`"${details.title}", asked with ${await client.describeCredential()}`);
    // Kaggle has the last word on who may do what; the request itself is the test.
    if (!details.hasEntered) {
      const { state, advice } = describeEntry(details, client.clock.now());
      client.notice(`of "${slug}" Kaggle says that ${state}; should it refuse: ${advice}`);
    }
    return await work(details);
  } catch (error) {
    const credential = await client.describeCredential().catch(() => "no credential");
    throw explainRefusal(error, {
      competition: slug,
      action: details === undefined ? "read" : action,
      details,
      credential,
      nowMs: client.clock.now(),
    });
  }
}
