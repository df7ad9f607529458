import { FailureError } from "../../base/failure.ts";
import { KaggleRefusal } from "./client.ts";
import type { Competition } from "./competition.ts";
import { competitionPage, tokenPage } from "./endpoint.ts";

/** What was asked for when Kaggle said no. */
export interface RefusedRequest {
  readonly competition: string;
  readonly action: "read" | "download" | "submit";
  /** What is known of the competition by now; helps to tell reasons apart. */
  readonly details?: Competition | undefined;
  /** Where the credential in use comes from. */
  readonly credential?: string;
}

/** Turns a refusal into a failure that says why and which page to open; other errors are returned as they are. */
export function explainRefusal(error: unknown, request: RefusedRequest): unknown {
  if (!(error instanceof KaggleRefusal)) return error;
  const { message, hint } = findReason(error, request);
  const detail = `Kaggle answered ${error.status}: ${error.text}${request.credential ? `\nasked with ${request.credential}` : ""}`;
  return new FailureError({ cause: "refused", message, hint, detail }, { cause: error });
}

function findReason({ status, text }: KaggleRefusal, request: RefusedRequest): { message: string; hint: string } {
  const { competition, details } = request;
  const act = { read: "show", download: "hand out the files of", submit: "take a submission to" }[request.action];
  if (status === 404 || /competitions\.get/.test(text)) {
    return {
      message: `Kaggle has no competition "${competition}" that this account may see`,
      hint: `give the slug, the last part of the competition's address: https://www.kaggle.com/competitions/<slug>; is ${competitionPage(competition)} there?`,
    };
  }
  if (/phone|identity|verif/i.test(text)) {
    return {
      message: `Kaggle does not ${act} "${competition}" before this account is verified`,
      hint: "verify the phone number at https://www.kaggle.com/settings, then run again",
    };
  }
  if (/deadline|closed|no longer accept|ended|late/i.test(text)) {
    return {
      message: `the competition "${competition}" is closed: ${text}`,
      hint: `see ${competitionPage(competition)} for its deadlines and whether it takes late submissions`,
    };
  }
  if (status === 403 && (/rules|participate|accept/i.test(text) || details?.hasEntered === false)) {
    return {
      message: `Kaggle does not ${act} "${competition}": its rules are not accepted yet`,
      hint: `open ${competitionPage(competition, "rules")}, accept the rules with the account of the credentials, then run again`,
    };
  }
  if (status === 400 && /limit|quota|maximum|per day|daily/i.test(text)) {
    return {
      message: `no submission to "${competition}" is left today: ${text}`,
      hint: `see ${competitionPage(competition, "submissions")}; the count starts again at 00:00 UTC`,
    };
  }
  if (status === 403) {
    return {
      message: `Kaggle does not ${act} "${competition}": ${text}`,
      hint: `open ${competitionPage(competition, "rules")} and accept the rules; if they are accepted, make a new token at ${tokenPage}`,
    };
  }
  return { message: `Kaggle does not ${act} "${competition}": ${text}`, hint: `see ${competitionPage(competition)}` };
}
