/** A call of the API, whichever of its two forms it came in. */
export interface ApiCall {
  /** e.g. `competitions.CompetitionApiService`. */
  readonly service: string;
  /** e.g. `GetCompetition`. */
  readonly method: string;
  /** In camelCase; from the body, the path and the query. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The REST twin of each method: verb, path below /api/v1/, and the names of what the path carries. */
const restTwins: readonly (readonly [verb: string, path: RegExp, method: string, names: readonly string[]])[] = [
  ["GET", /^competitions\/get\/([^/]+)$/, "GetCompetition", ["competitionName"]],
  ["GET", /^competitions\/data\/list\/([^/]+)$/, "ListDataFiles", ["competitionName"]],
  ["GET", /^competitions\/data\/download-all\/([^/]+)$/, "DownloadDataFiles", ["competitionName"]],
  ["GET", /^competitions\/data\/download\/([^/]+)\/(.+)$/, "DownloadDataFile", ["competitionName", "fileName"]],
  ["POST", /^competitions\/submission-url$/, "StartSubmissionUpload", []],
  ["POST", /^competitions\/submissions\/submit\/([^/]+)$/, "CreateSubmission", ["competitionName"]],
  ["POST", /^competitions\/submissions\/get\/(\d+)$/, "GetSubmission", ["ref"]],
  ["GET", /^competitions\/submissions\/list\/([^/]+)$/, "ListSubmissions", ["competitionName"]],
  ["GET", /^competitions\/([^/]+)\/submissions\/limits$/, "GetSubmissionLimits", ["competitionName"]],
];

/** Finds out what a request calls; undefined when there is no such thing. `body` is parsed JSON. */
export function readCall(verb: string, url: URL, body: Readonly<Record<string, unknown>>): ApiCall | undefined {
  // `/v1/<service>/<Method>` on the API's own host, the same below `/api` elsewhere.
  const direct = /^(?:\/api)?\/v1\/(\w+\.\w+)\/(\w+)$/.exec(url.pathname);
  if (direct !== null) {
    return verb === "POST" ? { service: direct[1] ?? "", method: direct[2] ?? "", parameters: body } : undefined;
  }
  const path = /^\/api\/v1\/(.+)$/.exec(url.pathname)?.[1] ?? "";
  for (const [twinVerb, pattern, method, names] of restTwins) {
    const match = twinVerb === verb ? pattern.exec(path) : null;
    if (match === null) continue;
    const fromPath = Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? "")]));
    const parameters = { ...Object.fromEntries(url.searchParams), ...body, ...fromPath };
    return { service: "competitions.CompetitionApiService", method, parameters };
  }
  return undefined;
}
