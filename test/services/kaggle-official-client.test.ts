import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { methodUrl } from "../../src/services/kaggle/endpoint.ts";
import { archiveBytes, type OfficialClient, python, startOfficialClient } from "./official-client.ts";

const skipReason = python.type === "missing" ? ` (skipped: ${python.reason})` : "";

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

/** The address of a method by each value of KAGGLE_API_ENVIRONMENT, and whether there is one. */
const addresses = `
import json, os
from kagglesdk import KaggleClient
def address(name):
    os.environ["KAGGLE_API_ENVIRONMENT"] = name
    try: return KaggleClient()._http_client._get_request_url("users.AccountService", "Some")
    except Exception: return None
print(json.dumps({name: address(name) for name in ["PROD", "LOCALHOST", "TEST", "STAGING", "TSET"]}))
`;

describe.skipIf(python.type === "missing")(`Kaggle's own client${skipReason}`, () => {
  let official: OfficialClient;

  beforeAll(async () => {
    official = await startOfficialClient();
  }, 260_000);

  afterAll(async () => {
    await official?.[Symbol.asyncDispose]();
  });

  it("downloads from the stand-in", async () => {
    const { folder, kaggle } = official;
    await kaggle(["competitions", "download", "cells", "-p", folder]);
    expect(readFileSync(join(folder, "cells.zip")).equals(archiveBytes)).toBe(true);
  });

  it("submits to the stand-in and sees the score", async () => {
    const { folder, kaggle } = official;
    const output = await kaggle([
      ...["competitions", "submit", "cells", "-f", join(folder, "submission.csv"), "-m", "by hand"],
    ]);
    expect(output).toMatch(/Successfully submitted to Cells/);
    expect(output).toMatch(/4 submissions remaining today/);
    await kaggle(["competitions", "submissions", "cells", "-v"]);
    // F1 of class 0: 1; of class 1: 2/3.
    expect(await kaggle(["competitions", "submissions", "cells", "-v"])).toMatch(
      /submission\.csv,.*by hand,SubmissionStatus\.COMPLETE,0\.83333/,
    );
  });

  it("lists the stand-in's files, with a legacy key", async () => {
    const { username, key } = official.server.credentials;
    const output = await official.kaggle(["competitions", "files", "cells", "-v"], {
      KAGGLE_USERNAME: username,
      KAGGLE_KEY: key,
    });
    expect(output).toMatch(/train\.csv,\d+/);
  });

  it("reads the stand-in's competition, its pages of files and of submissions, and a submission with its library", async () => {
    expect((await official.runPython(library)).trim().split("\n")).toEqual([
      "Cells True 5 2030-01-10T23:59:00",
      "2030-01-03T23:59:00",
      "200 1 True",
      "100 1 True",
      "by hand 1 COMPLETE 0.83333",
    ]);
  });

  it("finds the API where ours does, by KAGGLE_API_ENVIRONMENT", async () => {
    const theirs = JSON.parse(await official.runPython(addresses)) as Record<string, string | null>;
    expect(theirs["TEST"]).toBe("http://localhost:7777/api/v1/users.AccountService/Some");
    for (const name of ["PROD", "LOCALHOST", "TEST"])
      expect(methodUrl({ KAGGLE_API_ENVIRONMENT: name }, "users.AccountService", "Some")).toBe(theirs[name]);
    expect(theirs["TSET"]).toBeNull();
    // Theirs has it, for Kaggle's staff: it wants a second token besides.
    for (const name of ["STAGING", "TSET"])
      expect(() => methodUrl({ KAGGLE_API_ENVIRONMENT: name }, "users.AccountService", "Some")).toThrow(
        "known are PROD",
      );
  });
});
