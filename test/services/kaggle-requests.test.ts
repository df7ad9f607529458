import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KaggleClient } from "../../src/services/kaggle/client.ts";
import { getCompetition, listFiles } from "../../src/services/kaggle/competition.ts";
import { getSubmission, listSubmissions } from "../../src/services/kaggle/submissions.ts";
import { uploadFile } from "../../src/services/kaggle/upload.ts";
import { createKaggleDownload } from "../../src/stages/kaggle-download.ts";
import { createKaggleDownloadFiles } from "../../src/stages/kaggle-download-files.ts";
import { createKaggleSubmit } from "../../src/stages/kaggle-submit.ts";
import type { RecordedRequest } from "../kaggle-server/server.ts";
import { createRecordingStage } from "../stages/recording-stage.ts";
import { isTest, type OfficialClient, python, startOfficialClient, submission } from "./official-client.ts";
import { createTestClock } from "./test-clock.ts";

const skipReason = python.type === "missing" ? ` (skipped: ${python.reason})` : "";
/** Two pieces of what the storage keeps at a time, and a rest. */
const uploadBytes = 2 * 256 * 1024 + 1_000;

/** What the command line has no command for: single answers, second pages, an upload that goes on. */
const library = `
import os, requests
from kaggle.api.kaggle_api_extended import KaggleApi, ResumableUploadResult
from kagglesdk import KaggleClient
from kagglesdk.competitions.types.competition_api_service import (
    ApiGetCompetitionRequest, ApiGetSubmissionRequest, ApiListDataFilesRequest, ApiListSubmissionsRequest,
    ApiStartSubmissionUploadRequest)
def make(kind, **values):
    request = kind()
    for name, value in values.items(): setattr(request, name, value)
    return request
with KaggleClient() as client:
    api = client.competitions.competition_api_client
    api.get_competition(make(ApiGetCompetitionRequest, competition_name="cells"))
    first = api.list_data_files(make(ApiListDataFilesRequest, competition_name="many", page_size=200))
    api.list_data_files(make(ApiListDataFilesRequest, competition_name="many", page_size=200, page_token=first.next_page_token))
    first = api.list_submissions(make(ApiListSubmissionsRequest, competition_name="many", page_size=100, page=1))
    api.list_submissions(make(ApiListSubmissionsRequest, competition_name="many", page_size=100, page_token=first.next_page_token))
    api.get_submission(make(ApiGetSubmissionRequest, ref=first.submissions[-1].ref))
    size = os.path.getsize("upload.csv")
    url = api.start_submission_upload(make(ApiStartSubmissionUploadRequest, competition_name="cells", file_name="upload.csv",
        content_length=size, last_modified_epoch_seconds=1)).create_url
    # An earlier process has sent so much of it.
    requests.put(url, data=open("upload.csv", "rb").read()[:262144], headers={"Content-Range": f"bytes 0-262143/{size}", "X-Not": "theirs"})
    print(KaggleApi().upload_complete("upload.csv", url, True, resume=True) == ResumableUploadResult.COMPLETE)
`;

/** A login that is renewed. */
const renewal = `
from kagglesdk import KaggleClient
from kagglesdk.kaggle_creds import KaggleCredentials
with KaggleClient() as client:
    KaggleCredentials.load(client).refresh_access_token()
`;

/** What ours sends otherwise, by the beginning of the request's name, and why. */
const deliberate: readonly (readonly [request: string, headers: Readonly<Record<string, HeaderDifference>>])[] = [
  // Node's fetch adds them to every request, and lets nobody take them away.
  ["", { "accept-language": { ours: "*" }, "sec-fetch-mode": { ours: "cors" } }],
  // What is counted, continued and checked are the bytes of the file, not those of a packed form of it.
  ["GET ", { "accept-encoding": { theirs: "gzip, deflate", ours: "identity" } }],
  // Node's fetch, again, where there is a condition.
  ["GET bytes", { pragma: { ours: "no-cache" }, "cache-control": { ours: "no-cache" } }],
];

interface HeaderDifference {
  readonly theirs?: string;
  readonly ours?: string;
}

describe.skipIf(python.type === "missing")(`each request of ours${skipReason}`, () => {
  let official: OfficialClient;
  let theirs: ReadonlyMap<string, Shape>;
  let ours: ReadonlyMap<string, Shape>;

  beforeAll(async () => {
    official = await startOfficialClient();
    const { server } = official;
    writeFileSync(join(official.folder, "upload.csv"), Buffer.alloc(uploadBytes, "row\n"));
    await runTheirs(official);
    const between = server.requests.length;
    await runOurs(official);
    theirs = describeRequests(server.requests.slice(0, between));
    ours = describeRequests(server.requests.slice(between));
  }, 400_000);

  afterAll(async () => {
    await official?.[Symbol.asyncDispose]();
  });

  it("is one that theirs sends too, to the same place and with the same parameters", () => {
    for (const [name, { path, parameters }] of ours)
      expect({ path, parameters }, name).toEqual({
        path: theirs.get(name)?.path,
        parameters: theirs.get(name)?.parameters,
      });
    expect([...ours.keys()].sort()).toEqual([
      "CreateSubmission(blobFileTokens, competitionName, submissionDescription)",
      "DownloadDataFile(competitionName, fileName)",
      "DownloadDataFiles(competitionName)",
      "GET all",
      "GET bytes=n-",
      "GenerateAccessToken(apiVersion, expirationDuration, refreshToken)",
      "GetCompetition(competitionName)",
      "GetSubmission(ref)",
      "GetSubmissionLimits(competitionName)",
      "ListDataFiles(competitionName, pageSize)",
      "ListDataFiles(competitionName, pageSize, pageToken)",
      "ListSubmissions(competitionName, page, pageSize)",
      "ListSubmissions(competitionName, pageSize, pageToken)",
      "PUT all",
      "PUT bytes */n",
      "PUT bytes n-n/n",
      "StartSubmissionUpload(competitionName, contentLength, fileName, lastModifiedEpochSeconds)",
    ]);
  });

  it("has the same headers, but for those that are meant to differ", () => {
    for (const [name, shape] of ours) {
      const expected = deliberate.filter(([beginning]) => name.startsWith(beginning)).map(([, headers]) => headers);
      const differences = compareHeaders(theirs.get(name)?.headers ?? {}, shape.headers);
      expect(differences, name).toEqual(Object.assign({}, ...expected));
    }
  });
});

async function runTheirs({ folder, server, kaggle, runPython }: OfficialClient): Promise<void> {
  server.faults.inject("download", { type: "drop", afterBytes: 200_000 });
  await kaggle(["competitions", "download", "cells", "-p", join(folder, "theirs")]);
  await kaggle(["competitions", "download", "cells", "-f", "train.csv", "-p", join(folder, "theirs")]);
  await kaggle(["competitions", "submit", "cells", "-f", join(folder, "submission.csv"), "-m", "by hand"]);
  expect(await runPython(library)).toBe("True\n");
  writeFileSync(join(folder, "home/.kaggle/credentials.json"), login(server.credentials.refreshToken));
  await runPython(renewal, {});
}

async function runOurs({ folder, server }: OfficialClient): Promise<void> {
  // Another file, or ours would see that it has been submitted.
  writeFileSync(join(folder, "ours.csv"), submission.replace("c,0 1", "c,1"));
  const clock = createTestClock();
  const environment = { HOME: folder, ...isTest, KAGGLE_API_TOKEN: server.credentials.token };
  const shared = { folder: join(folder, "ours"), environment, outputs: {} };
  server.faults.inject("download", { type: "drop", afterBytes: 200_000 });
  await createKaggleDownload(clock).run(createRecordingStage({ ...shared, with: { competition: "cells" } }));
  const chosen = { competition: "cells", files: ["train.csv"] };
  await createKaggleDownloadFiles(clock).run(createRecordingStage({ ...shared, with: chosen }));
  const parameters = { competition: "cells", submission: join(folder, "ours.csv"), message: "by pipe", timeout: 60 };
  await createKaggleSubmit(clock).run(createRecordingStage({ ...shared, with: parameters }));
  const [signal, onNotice] = [new AbortController().signal, () => undefined];
  const client = new KaggleClient({ environment, clock, signal, onNotice });
  expect(await collect(listFiles(client, "many"))).toHaveLength(201);
  expect(await collect(listSubmissions(client, "many"))).toHaveLength(101);
  await getSubmission(client, server.submissions[0]?.ref ?? 0);
  server.faults.inject("upload", { type: "drop", afterBytes: 300_000 });
  await uploadFile(client, "cells", join(folder, "upload.csv"));
  // Theirs has written its new token there.
  writeFileSync(join(folder, "home/.kaggle/credentials.json"), login(server.credentials.refreshToken));
  const renewing = new KaggleClient({
    environment: { HOME: join(folder, "home"), ...isTest },
    ...{ clock, signal, onNotice },
  });
  await getCompetition(renewing, "cells");
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function login(refreshToken: string): string {
  return JSON.stringify({ refresh_token: refreshToken, username: "tester", scopes: [] });
}

/** All that a request is made of, but for values that differ from file to file. */
interface Shape {
  readonly path: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** By method of the API with the parameters that it was given, or by verb and range of bytes. */
function describeRequests(requests: readonly RecordedRequest[]): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const { host, verb, method, path, headers: all, parameters: given = {} } of requests) {
    if ("x-not" in all) continue;
    const headers = Object.fromEntries(
      Object.entries(all)
        .filter(([name]) => !["host", "user-agent", "connection"].includes(name))
        .map(([name, value]) => [name, hideNumbers(name, String(value))]),
    );
    const parameters = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, isFixed(name) ? value : typeof value]),
    );
    const bytes = headers["range"] ?? headers["content-range"];
    const key =
      method === undefined ? `${verb} ${bytes ?? "all"}` : `${method}(${Object.keys(given).sort().join(", ")})`;
    const place = host === "api" ? path : path.replace(/\?.*$/, "").replace(/\w+\.csv$/, "<file>");
    shapes.set(key, { path: `${verb} ${place}`, parameters, headers });
  }
  return shapes;
}

/** Has one value, whatever is asked for. */
function isFixed(parameter: string): boolean {
  return ["apiVersion", "expirationDuration", "page", "pageSize"].includes(parameter);
}

function compareHeaders(theirs: Shape["headers"], ours: Shape["headers"]): Record<string, HeaderDifference> {
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  const pairs = names.map((name) => ({ name, theirs: theirs[name], ours: ours[name] }));
  return Object.fromEntries(
    pairs.flatMap(({ name, theirs, ours }) =>
      theirs === ours ? [] : [[name, { ...(theirs && { theirs }), ...(ours && { ours }) }]],
    ),
  );
}

function hideNumbers(name: string, value: string): string {
  if (name === "authorization") return value.replace(/ .*/, " …");
  return /range|length/.test(name) ? value.replaceAll(/\d+|"\w+"/g, "n") : value;
}
