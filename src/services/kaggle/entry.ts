import type { Competition } from "./competition.ts";
import { competitionPage } from "./endpoint.ts";

/** What an account that has not entered a competition is told. */
interface EntryAdvice {
  /** A clause. */
  readonly state: string;
  readonly advice: string;
}

/** Whether the account can still enter, by the competition's deadlines. `nowMs` counts from the Unix epoch. */
export function describeEntry(
  { slug, newEntrantDeadline, deadline }: Pick<Competition, "slug"> & Partial<Competition>,
  nowMs: number,
): EntryAdvice {
  const rulesPage = competitionPage(slug, "rules");
  const [entryEnd, end] = [parseTime(newEntrantDeadline), parseTime(deadline)];
  if (end !== undefined && end < nowMs) {
    return {
      state: `its rules are not accepted yet, and it ended on ${formatDay(end)}`,
      advice: `open ${rulesPage} with the account of the credentials: most competitions let it accept the rules after their end too, for late submissions; where the page does not offer it, only an account that entered in time can go on`,
    };
  }
  if (entryEnd !== undefined && entryEnd < nowMs) {
    return {
      state: `this account has not entered it, and who had not by ${formatDay(entryEnd)} cannot any more`,
      advice: `use the credentials of an account that entered in time, or see ${rulesPage} after the end of the competition`,
    };
  }
  return {
    state: "its rules are not accepted yet",
    advice: `open ${rulesPage}, accept the rules with the account of the credentials, then run again`,
  };
}

/** Kaggle's times are UTC, with and without a Z. */
function parseTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function formatDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
