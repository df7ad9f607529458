import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KaggleClient } from "../../src/services/kaggle/client.ts";
import { listSubmissions } from "../../src/services/kaggle/submissions.ts";
import { createKaggleDownload } from "../../src/stages/kaggle-download.ts";
import { createKaggleDownloadFiles } from "../../src/stages/kaggle-download-files.ts";
import { createKaggleSubmit } from "../../src/stages/kaggle-submit.ts";
import { acquireLock, type FolderLock } from "../../src/util/folder-lock.ts";
import { type KaggleServer, type RecordedRequest, startKaggleServer } from "../kaggle-server/server.ts";
import { providePython } from "../rig/python-packages.ts";
import { createRecordingStage } from "../stages/recording-stage.ts";
import { createTestClock } from "./test-clock.ts";

const python = await providePython("kaggle", ["kaggle==2.2.4", "kagglesdk==0.1.37", "six"]);
const skipReason = python.type === "missing" ? ` (skipped: ${python.reason})` : "";
const archiveBytes = randomBytes(300_000);
const submission = "Id,Predicted\na,0\nb,1\nc,0 1\n";

/** Where KAGGLE_API_ENVIRONMENT=TEST looks, in Kaggle's own library and in ours. */
const testPort = 7777;
const isTest = { KAGGLE_API_ENVIRONMENT: "TEST" };

/**
 * Kaggle's own command line. It asks for PROD or LOCALHOST by name; here it leaves the choice to its library, which reads
 * KAGGLE_API_ENVIRONMENT, and whose addresses are as shipped.
 */
const commandLine = `
import sys
from kaggle.api import kaggle_api_extended as api
Client = api.KaggleClient
api.KaggleClient = lambda env, **options: Client(**options)
sys.argv[0] = "kaggle"
from kaggle.cli import main
main()
`;

/** The library alone, as shipped: what the command line has no command for, and second pages. */
const library = `
from kagglesdk import KaggleClient
from kagglesdk.competitions.types.competition_api_service import (
    ApiGetCompetitionRequest, ApiGetSubmissionRequest, ApiListDataFilesRequest, ApiListSubmissionsRequest)
def make(kind, **values):
    request = kind()
    for name, value in values.items(): setattr(request, name, value)
    return request
with KaggleClient() as client:
    api = client.competitions.competition_api_client
    competition = api.get_competition(make(ApiGetCompetitionRequest, competition_name="cells"))
    print(competition.title, competition.user_has_entered, competition.max_daily_submissions, competition.deadline.isoformat())
    print(competition.new_entrant_deadline.isoformat())
    first = api.list_data_files(make(ApiListDataFilesRequest, competition_name="many", page_size=200))
    rest = api.list_data_files(make(ApiListDataFilesRequest, competition_name="many", page_size=200, page_token=first.next_page_token))
    print(len(first.files), len(rest.files), rest.next_page_token == "")
    first = api.list_submissions(make(ApiListSubmissionsRequest, competition_name="many", page_size=100, page=1))
    rest = api.list_submissions(make(ApiListSubmissionsRequest, competition_name="many", page_size=100, page_token=first.next_page_token))
    print(len(first.submissions), len(rest.submissions), rest.next_page_token == "")
    one = api.get_submission(make(ApiGetSubmissionRequest, ref=rest.submissions[-1].ref))
    print(one.description, one.status.name, one.public_score)
`;

describe.skipIf(python.type === "missing")(`Kaggle's own client${skipReason}`, () => {
  let folder: string;
  let server: KaggleServer;
  let port: FolderLock;

  // Its port is given, so that the tests of another checkout on this machine have to wait.
  beforeAll(async () => {
    port = await acquireLock(join(tmpdir(), `pipe-port-${testPort}.lock`), { signal: AbortSignal.timeout(240_000) });
    folder = mkdtempSync(join(tmpdir(), "pipe-official-"));
    writeFileSync(join(folder, "server.zip"), archiveBytes);
    writeFileSync(join(folder, "solution.csv"), "Id,Predicted\na,0\nb,1\nc,0\n");
    writeFileSync(join(folder, "submission.csv"), submission);
    const competition = {
      slug: "cells",
      archive: join(folder, "server.zip"),
      files: { "train.csv": join(folder, "solution.csv") },
      solution: join(folder, "solution.csv"),
    };
    const names = Array.from({ length: 201 }, (_, index) => `train/${index}.png`);
    server = await startKaggleServer({
      competitions: [
        { ...competition, title: "Cells", newEntrantDeadline: "2030-01-03T23:59:00Z" },
        {
          ...competition,
          slug: "many",
          files: Object.fromEntries(names.map((name) => [name, join(folder, "solution.csv")])),
        },
      ],
      port: testPort,
    });
    for (let index = 1; index <= 101; index++) server.submit("many", submission, `by hand ${index}`);
  }, 260_000);

  afterAll(async () => {
    await server?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    await port?.release();
  });

  it("downloads from the stand-in", async () => {
    await kaggle("competitions", "download", "cells", "-p", folder);
    expect(readFileSync(join(folder, "cells.zip")).equals(archiveBytes)).toBe(true);
  });

  it("submits to the stand-in and sees the score", async () => {
    const output = await kaggle(
      "competitions",
      "submit",
      "cells",
      "-f",
      join(folder, "submission.csv"),
      "-m",
      "by hand",
    );
    expect(output).toMatch(/Successfully submitted to Cells/);
    expect(output).toMatch(/4 submissions remaining today/);
    await kaggle("competitions", "submissions", "cells", "-v");
    // F1 of class 0: 1; of class 1: 2/3.
    expect(await kaggle("competitions", "submissions", "cells", "-v")).toMatch(
      /submission\.csv,.*by hand,SubmissionStatus\.COMPLETE,0\.83333/,
    );
  });

  it("lists the stand-in's files, with a legacy key", async () => {
    const { username, key } = server.credentials;
    const output = await call(commandLine, ["competitions", "files", "cells", "-v"], {
      KAGGLE_USERNAME: username,
      KAGGLE_KEY: key,
    });
    expect(output).toMatch(/train\.csv,\d+/);
  });

  it("reads the stand-in's competition, its pages of files and of submissions, and a submission with its library", async () => {
    expect((await callLibrary()).trim().split("\n")).toEqual([
      "Cells True 5 2030-01-10T23:59:00",
      "2030-01-03T23:59:00",
      "200 1 True",
      "100 1 True",
      "by hand 1 COMPLETE 0.83333",
    ]);
  });

  it("sends the same requests as ours", async () => {
    const from = server.requests.length;
    await kaggle("competitions", "download", "cells", "-p", join(folder, "again"));
    await kaggle("competitions", "download", "cells", "-f", "train.csv", "-p", join(folder, "again"));
    expect(readFileSync(join(folder, "again", "train.csv"), "utf8")).toMatch(/^Id,Predicted/);
    await kaggle("competitions", "submit", "cells", "-f", join(folder, "submission.csv"), "-m", "by hand");
    await callLibrary();
    const between = server.requests.length;
    await runOurs();
    const theirs = describeRequests(server.requests.slice(from, between));
    const ours = describeRequests(server.requests.slice(between));
    expect([...ours.keys()].sort()).toEqual([
      "CreateSubmission",
      "DownloadDataFile",
      "DownloadDataFiles",
      "GET storage",
      "GetCompetition",
      "GetSubmission",
      "GetSubmissionLimits",
      "ListDataFiles",
      "ListSubmissions",
      "PUT storage",
      "StartSubmissionUpload",
    ]);
    for (const [key, shapes] of ours)
      expect([...(theirs.get(key) ?? [])], key).toEqual(expect.arrayContaining([...shapes]));
  });

  async function kaggle(...args: string[]): Promise<string> {
    return await call(commandLine, args, { KAGGLE_API_TOKEN: server.credentials.token });
  }

  async function callLibrary(): Promise<string> {
    return await call(library, [], { KAGGLE_API_TOKEN: server.credentials.token });
  }

  async function call(script: string, args: string[], environment: Record<string, string>): Promise<string> {
    if (python.type === "missing") throw new Error(python.reason);
    const home = join(folder, "home");
    mkdirSync(home, { recursive: true });
    const env = { PATH: process.env["PATH"], HOME: home, ...isTest, ...environment };
    const { stdout, stderr } = await promisify(execFile)(python.python, ["-c", script, ...args], { env, cwd: folder });
    return stdout + stderr;
  }

  async function runOurs(): Promise<void> {
    // Another file, or ours would see that it has been submitted.
    writeFileSync(join(folder, "ours.csv"), submission.replace("c,0 1", "c,1"));
    const environment = { HOME: folder, ...isTest, KAGGLE_API_TOKEN: server.credentials.token };
    const shared = { folder: join(folder, "ours"), environment, outputs: {} };
    await createKaggleDownload(createTestClock()).run(
      createRecordingStage({ ...shared, with: { competition: "cells" } }),
    );
    const chosen = { competition: "cells", files: ["train.csv"] };
    await createKaggleDownloadFiles(createTestClock()).run(createRecordingStage({ ...shared, with: chosen }));
    const parameters = { competition: "cells", submission: join(folder, "ours.csv"), message: "by pipe", timeout: 60 };
    await createKaggleSubmit(createTestClock()).run(createRecordingStage({ ...shared, with: parameters }));
    const missing = createRecordingStage({ ...shared, with: { competition: "many", files: ["train/201.png"] } });
    await expect(createKaggleDownloadFiles(createTestClock()).run(missing)).rejects.toThrow(
      'has no file "train/201.png"',
    );
    const [signal, onNotice] = [new AbortController().signal, () => undefined];
    const client = new KaggleClient({ environment, clock: createTestClock(), signal, onNotice });
    let numListed = 0;
    for await (const { reference } of listSubmissions(client, "many")) numListed += Number(reference > 0);
    expect(numListed).toBe(101);
  }
});

/** The different shapes of each call: all that it is made of, but for values that differ from file to file. */
function describeRequests(requests: readonly RecordedRequest[]): ReadonlyMap<string, ReadonlySet<string>> {
  const shapes = new Map<string, Set<string>>();
  for (const request of requests) {
    const { authorization, range } = request.headers;
    const shape = {
      verb: request.verb,
      path: request.path.replace(/\?.*$/, "").replace(/\w+\.csv/, "<file>"),
      authorization: authorization?.split(" ")[0],
      contentType: request.host === "api" ? request.headers["content-type"] : undefined,
      hasLength: request.headers["content-length"] !== undefined,
      range,
      contentRange: request.headers["content-range"],
      parameters: Object.entries(request.parameters ?? {})
        .map(([key, value]) => `${key}: ${typeof value}`)
        .sort(),
    };
    const key = request.method ?? `${request.verb} storage`;
    shapes.set(key, (shapes.get(key) ?? new Set()).add(JSON.stringify(shape)));
  }
  return shapes;
}
