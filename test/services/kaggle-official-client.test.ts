import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKaggleDownload } from "../../src/stages/kaggle-download.ts";
import { createKaggleDownloadFiles } from "../../src/stages/kaggle-download-files.ts";
import { createKaggleSubmit } from "../../src/stages/kaggle-submit.ts";
import { type KaggleServer, type RecordedRequest, startKaggleServer } from "../kaggle-server/server.ts";
import { providePython } from "../rig/python-packages.ts";
import { createRecordingStage } from "../stages/recording-stage.ts";
import { createTestClock } from "./test-clock.ts";

const python = await providePython("kaggle", ["kaggle==2.2.4", "kagglesdk==0.1.37", "six"]);
const skipReason = python.type === "missing" ? ` (skipped: ${python.reason})` : "";
const archiveBytes = randomBytes(300_000);
const submission = "Id,Predicted\na,0\nb,1\nc,0 1\n";

/** Kaggle's own command line with the addresses of its servers replaced: it offers no setting for them. */
const commandLine = `
import os, sys
import kagglesdk.kaggle_env as addresses
for name in addresses.KaggleEnv: addresses._env_to_endpoint[name] = os.environ["STAND_IN"]
sys.argv[0] = "kaggle"
from kaggle.cli import main
main()
`;

/** The library alone, as its own tests use it, which puts the API below /api. */
const library = `
import os
import kagglesdk.kaggle_env as addresses
addresses._env_to_endpoint[addresses.KaggleEnv.TEST] = os.environ["STAND_IN"]
from kagglesdk import KaggleClient
from kagglesdk.competitions.types.competition_api_service import ApiGetCompetitionRequest
with KaggleClient(api_token=os.environ["KAGGLE_API_TOKEN"]) as client:
    request = ApiGetCompetitionRequest()
    request.competition_name = "cells"
    competition = client.competitions.competition_api_client.get_competition(request)
    print(competition.title, competition.user_has_entered, competition.max_daily_submissions, competition.deadline.isoformat())
`;

describe.skipIf(python.type === "missing")(`Kaggle's own client${skipReason}`, () => {
  let folder: string;
  let server: KaggleServer;

  beforeAll(async () => {
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
    server = await startKaggleServer({ competitions: [{ ...competition, title: "Cells" }] });
  });

  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
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

  it("understands the stand-in's competition as its library reads it", async () => {
    const output = await call(library, [], {
      KAGGLE_API_ENVIRONMENT: "TEST",
      KAGGLE_API_TOKEN: server.credentials.token,
    });
    expect(output.trim()).toBe("Cells True 5 2030-01-10T23:59:00");
  });

  it("sends the same requests as ours", async () => {
    const from = server.requests.length;
    await kaggle("competitions", "download", "cells", "-p", join(folder, "again"));
    await kaggle("competitions", "download", "cells", "-f", "train.csv", "-p", join(folder, "again"));
    expect(readFileSync(join(folder, "again", "train.csv"), "utf8")).toMatch(/^Id,Predicted/);
    await kaggle("competitions", "submit", "cells", "-f", join(folder, "submission.csv"), "-m", "by hand");
    const between = server.requests.length;
    await runOurs();
    const theirs = describeRequests(server.requests.slice(from, between));
    const ours = describeRequests(server.requests.slice(between));
    for (const key of [
      "DownloadDataFiles",
      "GET storage",
      "StartSubmissionUpload",
      "PUT storage",
      "CreateSubmission",
      "GetSubmissionLimits",
      "DownloadDataFile",
    ]) {
      expect(ours.get(key), key).toEqual(theirs.get(key));
      expect(ours.get(key), key).toBeDefined();
    }
  });

  async function kaggle(...args: string[]): Promise<string> {
    return await call(commandLine, args, { KAGGLE_API_TOKEN: server.credentials.token });
  }

  async function call(script: string, args: string[], environment: Record<string, string>): Promise<string> {
    if (python.type === "missing") throw new Error(python.reason);
    const home = join(folder, "home");
    mkdirSync(home, { recursive: true });
    const env = { PATH: process.env["PATH"], HOME: home, STAND_IN: server.url, ...environment };
    const { stdout, stderr } = await promisify(execFile)(python.python, ["-c", script, ...args], { env, cwd: folder });
    return stdout + stderr;
  }

  async function runOurs(): Promise<void> {
    // Another file, or ours would see that it has been submitted.
    writeFileSync(join(folder, "ours.csv"), submission.replace("c,0 1", "c,1"));
    const environment = { HOME: folder, KAGGLE_API_ENDPOINT: server.url, KAGGLE_API_TOKEN: server.credentials.token };
    const shared = { folder: join(folder, "ours"), environment, outputs: {} };
    await createKaggleDownload(createTestClock()).run(
      createRecordingStage({ ...shared, with: { competition: "cells" } }),
    );
    const chosen = { competition: "cells", files: ["train.csv"] };
    await createKaggleDownloadFiles(createTestClock()).run(createRecordingStage({ ...shared, with: chosen }));
    const parameters = { competition: "cells", submission: join(folder, "ours.csv"), message: "by pipe", timeout: 60 };
    await createKaggleSubmit(createTestClock()).run(createRecordingStage({ ...shared, with: parameters }));
  }
});

/** What each call is made of, but for values that differ from file to file. */
function describeRequests(requests: readonly RecordedRequest[]): ReadonlyMap<string, unknown> {
  return new Map(
    requests.map((request) => {
      const { authorization, range } = request.headers;
      const shape = {
        verb: request.verb,
        // Kaggle's own host has the API at its root, every other one below /api.
        path: request.path
          .replace(/^\/api/, "")
          .replace(/\?.*$/, "")
          .replace(/\w+\.csv/, "<file>"),
        authorization: authorization?.split(" ")[0],
        contentType: request.host === "api" ? request.headers["content-type"] : undefined,
        hasLength: request.headers["content-length"] !== undefined,
        range,
        contentRange: request.headers["content-range"],
        parameters: Object.entries(request.parameters ?? {})
          .map(([key, value]) => `${key}: ${typeof value}`)
          .sort(),
      };
      return [request.method ?? `${request.verb} storage`, shape];
    }),
  );
}
