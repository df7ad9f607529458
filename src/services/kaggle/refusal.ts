import { FailureError } from "../../base/failure.ts";
import { KaggleRefusal } from "./client.ts";
import type { Competition } from "./competition.ts";
import { competitionPage, tokenPage } from "./endpoint.ts";
import { describeEntry } from "./entry.ts";

/** What was asked for when Kaggle said no. */
export interface RefusedRequest {
  readonly competition: string;
  readonly action: "read" | "download" | "submit";
  /** What is known of the competition by now; helps to tell reasons apart. */
  readonly details?: Competition | undefined;
  /** Where the credential in use comes from. */
  readonly credential?: string;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

interface Reason {
  readonly message: string;
  readonly hint: string;
}

/** Turns a refusal into a failure that says why and which page to open; other errors are returned as they are. */
export function explainRefusal(error: unknown, request: RefusedRequest): unknown {
  if (!(error instanceof KaggleRefusal)) return error;
  const { message, hint } = findReason(error, request);
  const detail = `Kaggle answered ${error.status}: ${error.text}${request.credential ? `\nasked with ${request.credential}` : ""}`;
  return new FailureError({ cause: "refused", message, hint, detail }, { cause: error });
}

/**
 * Kaggle's words are not documented and change. A reason is given only for wording that can mean nothing else, the most
 * particular first; for all other wording Kaggle speaks for itself.
 */
function findReason(refusal: KaggleRefusal, request: RefusedRequest): Reason {
  for (const find of [findAbsence, findRateLimit, findUsedUp, findUnverified, findClosed, findNotEntered]) {
    const reason = find(refusal, request);
    if (reason !== undefined) return reason;
  }
  const { competition } = request;
  const message = `${describeRefused(request)}: ${refusal.text}`;
  return refusal.status === 403
    ? {
        message,
        hint: `see ${competitionPage(competition, "rules")}; if this account has entered the competition, make a new token at ${tokenPage}`,
      }
    : { message, hint: `see ${competitionPage(competition)}` };
}

function describeRefused({ action, competition }: RefusedRequest): string {
  const act = { read: "show", download: "hand out the files of", submit: "take a submission to" }[action];
  return `Kaggle does not ${act} "${competition}"`;
}

/** Only the first question tells it: once the competition was shown, "not found" is about something else. */
function findAbsence({ status, text }: KaggleRefusal, { competition, details }: RefusedRequest): Reason | undefined {
  if (details !== undefined) return undefined;
  // Kaggle denies either permission for a name that it does not know, such as a whole address.
  if (status !== 404 && !/\bcompetitions\.(get|participate)\b/.test(text)) return undefined;
  return {
    message: `Kaggle has no competition "${competition}" that this account may see`,
    hint: `give the slug, the last part of the competition's address: https://www.kaggle.com/competitions/<slug>; is ${competitionPage(competition)} there?`,
  };
}

function findRateLimit({ text }: KaggleRefusal): Reason | undefined {
  if (!/\b(rate (limit )?exceeded|rate limit(ed)?|too many requests)\b/i.test(text)) return undefined;
  return {
    message: `Kaggle limits how often it may be asked: ${text}`,
    hint: "wait half an hour and run again; what is done by then is kept",
  };
}

const usedUp =
  /\b(reached|exceeded|used( up)?) [^.]*\b(limit|maximum|quota)\b|\b(limit|quota) (is |was |has been )?(reached|exceeded)\b|\bno (more )?submissions? (is |are )?(left|remaining|allowed today)\b/i;

function findUsedUp({ text }: KaggleRefusal, { action, competition }: RefusedRequest): Reason | undefined {
  if (action !== "submit" || !usedUp.test(text) || /\b(size|bytes|rows)\b/i.test(text)) return undefined;
  const isDaily = /\b(daily|today|(per|each|a) day)\b/i.test(text);
  return {
    message: `no submission to "${competition}" is left${isDaily ? " today" : ""}: ${text}`,
    hint: `see ${competitionPage(competition, "submissions")}; what is allowed per day is counted from 00:00 UTC`,
  };
}

const unverified =
  /\bverify (your|the) (phone|identity|account)\b|\b(phone|identity|account)( number)? (must be|is not|has not been|needs to be) verified\b|\b(phone|identity|account) verification (is )?required\b/i;

function findUnverified({ text }: KaggleRefusal, request: RefusedRequest): Reason | undefined {
  if (!unverified.test(text)) return undefined;
  const what = /\bidentity\b/i.test(text) ? "identity" : "phone number";
  return {
    message: `${describeRefused(request)} before this account is verified: ${text}`,
    hint: `verify the ${what} at https://www.kaggle.com/settings, then run again`,
  };
}

const closed =
  /\bdeadline (has |is |was )?(passed|over|expired)\b|\b(past|after) the ([\w-]+ )?deadline\b|\bcompetition (has |is |was )?(already )?(closed|ended|over|finished)\b|\bno longer (accepts?|accepting|takes?|taking)\b|\bentry (has |is |was )?closed\b|\blate submissions? (is|are) (not|disabled|closed)\b/i;

function findClosed({ text }: KaggleRefusal, { competition }: RefusedRequest): Reason | undefined {
  if (!closed.test(text)) return undefined;
  return {
    message: `the competition "${competition}" is closed: ${text}`,
    hint: `see ${competitionPage(competition)} for its deadlines and whether it takes late submissions`,
  };
}

const rules = /\baccept(ed)? [^.]*\brules\b|\brules [^.]*\baccept(ed)?\b|\bcompetitions\.participate\b/i;

function findNotEntered({ status, text }: KaggleRefusal, request: RefusedRequest): Reason | undefined {
  const { competition, details, nowMs } = request;
  if (status !== 403 || !(rules.test(text) || details?.hasEntered === false)) return undefined;
  const { state, advice } = describeEntry({ slug: competition, ...details }, nowMs);
  // What Kaggle said is repeated where the reason is concluded and not read.
  const said = rules.test(text) ? "" : ` (Kaggle says: ${text})`;
  return { message: `${describeRefused(request)}: ${state}${said}`, hint: advice };
}
