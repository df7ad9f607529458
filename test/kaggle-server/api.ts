import type { StandInCompetition } from "./competition.ts";
import type { ApiCall } from "./routes.ts";
import type { StandInStorage } from "./storage.ts";
import { describeStored, type SubmissionStore } from "./submissions.ts";

export type ApiAnswer =
  | { readonly type: "json"; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  | { readonly type: "redirect"; readonly location: string };

/** Who may call, and how they prove it. */
export interface Credentials {
  readonly username: string;
  /** For Basic. */
  readonly key: string;
  /** For Bearer. */
  readonly token: string;
  /** Exchanged for `token`. */
  readonly refreshToken: string;
}

export interface ApiState {
  readonly competitions: ReadonlyMap<string, StandInCompetition>;
  readonly submissions: SubmissionStore;
  readonly storage: StandInStorage;
  readonly credentials: Credentials;
}

/** Answers a call as Kaggle does. `authorization` is the header's value. */
export async function answerCall(
  call: ApiCall,
  authorization: string | undefined,
  state: ApiState,
): Promise<ApiAnswer> {
  const { credentials } = state;
  if (call.method === "IntrospectToken") {
    return json({ active: call.parameters["token"] === credentials.token, username: credentials.username });
  }
  if (call.method === "GenerateAccessToken") {
    if (call.parameters["refreshToken"] !== credentials.refreshToken) return problem(401, "Invalid refresh token");
    return json({ token: credentials.token, expiresIn: 43_200, userName: credentials.username });
  }
  if (!isAuthorized(authorization, credentials)) return problem(401, "Unauthenticated");
  if (call.method === "GetSubmission") return getSubmission(Number(call.parameters["ref"]), state);
  const competition = state.competitions.get(String(call.parameters["competitionName"]));
  if (competition === undefined) return problem(404, "Not found");
  return await answerAbout(competition, call, state);
}

async function answerAbout(competition: StandInCompetition, call: ApiCall, state: ApiState): Promise<ApiAnswer> {
  const { slug } = competition.options;
  switch (call.method) {
    case "GetCompetition":
      return json(competition.describe());
    case "ListDataFiles":
      return await listFiles(competition, call);
    case "DownloadDataFiles":
    case "DownloadDataFile":
      return redirectToStorage(competition, call, state);
    case "StartSubmissionUpload":
      return json(
        state.storage.startUpload(String(call.parameters["fileName"]), Number(call.parameters["contentLength"])),
      );
    case "CreateSubmission":
      return createSubmission(competition, call, state);
    case "ListSubmissions":
      return listSubmissions(competition, call, state);
    case "GetSubmissionLimits": {
      const numToday = state.submissions.countToday(slug);
      const numAllowedNow = Math.max(0, (competition.options.maxDailySubmissions ?? 5) - numToday);
      return json({ numToday, numTotal: state.submissions.of(slug).length, numAllowedNow });
    }
    default:
      return problem(404, `No such method: ${call.method}`);
  }
}

function redirectToStorage(competition: StandInCompetition, call: ApiCall, state: ApiState): ApiAnswer {
  if (competition.options.hasEntered === false) {
    return problem(403, "You must accept this competition's rules before you'll be able to download files.");
  }
  const file = call.method === "DownloadDataFile" ? String(call.parameters["fileName"]) : undefined;
  const name = file === undefined ? "archive.zip" : competition.findObjectName(file);
  if (name === undefined) return problem(404, "Not found");
  return { type: "redirect", location: state.storage.sign(competition.options.slug, name) };
}

function createSubmission(competition: StandInCompetition, call: ApiCall, state: ApiState): ApiAnswer {
  const { slug, maxDailySubmissions = 5, hasEntered = true } = competition.options;
  if (!hasEntered) return problem(403, "Permission 'competitions.participate' was denied");
  if (state.submissions.countToday(slug) >= maxDailySubmissions) {
    return problem(400, `You have reached the maximum of ${maxDailySubmissions} submissions per day`);
  }
  const file = state.storage.takeUpload(String(call.parameters["blobFileTokens"]));
  if (file === undefined) return problem(400, "No complete upload has this token");
  const description = String(call.parameters["submissionDescription"] ?? "");
  const { ref } = state.submissions.add(slug, file, description);
  return json({ message: `Successfully submitted to ${competition.options.title ?? slug}`, ref });
}

function getSubmission(ref: number, state: ApiState): ApiAnswer {
  const submission = state.submissions.all.find((one) => one.ref === ref);
  if (submission === undefined) return problem(404, "Not found");
  state.submissions.poll(submission, state.competitions.get(submission.competition));
  return json(describeStored(submission));
}

function listSubmissions(competition: StandInCompetition, call: ApiCall, state: ApiState): ApiAnswer {
  const { page, nextPageToken } = paginate(state.submissions.of(competition.options.slug), call.parameters);
  for (const submission of page) state.submissions.poll(submission, competition);
  return json({ submissions: page.map(describeStored), nextPageToken });
}

async function listFiles(competition: StandInCompetition, call: ApiCall): Promise<ApiAnswer> {
  const { page, nextPageToken } = paginate(await competition.listFiles(), call.parameters);
  const files = page.map(({ name, sizeBytes }) => ({
    ref: name,
    name,
    totalBytes: sizeBytes,
    creationDate: "2018-10-01T00:00:00Z",
  }));
  return json({ files, ...(nextPageToken !== "" && { nextPageToken }) });
}

function paginate<Item>(
  items: readonly Item[],
  { pageSize, page, pageToken }: Readonly<Record<string, unknown>>,
): { page: readonly Item[]; nextPageToken: string } {
  const size = Math.min(200, Number(pageSize ?? 20));
  const start = pageToken ? Number(pageToken) : Math.max(0, Number(page ?? 1) - 1) * size;
  const end = start + size;
  return { page: items.slice(start, end), nextPageToken: end < items.length ? String(end) : "" };
}

function isAuthorized(authorization: string | undefined, { username, key, token }: Credentials): boolean {
  const basic = `Basic ${Buffer.from(`${username}:${key}`).toString("base64")}`;
  return authorization === basic || authorization === `Bearer ${token}`;
}

function json(body: Readonly<Record<string, unknown>>): ApiAnswer {
  return { type: "json", status: 200, body };
}

function problem(status: number, message: string): ApiAnswer {
  return { type: "json", status, body: { code: status, message } };
}
