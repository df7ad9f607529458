import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Failure } from "../../src/base/failure.ts";
import { KaggleClient } from "../../src/services/kaggle/client.ts";
import { withCompetition } from "../../src/services/kaggle/with-competition.ts";
import type { CompetitionOptions } from "../kaggle-server/competition.ts";
import { type KaggleServer, startKaggleServer } from "../kaggle-server/server.ts";
import { createTestClock } from "./test-clock.ts";

let folder: string;
let server: KaggleServer;
let notices: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pipe-refusal-"));
  writeFileSync(join(folder, "archive.zip"), "not downloaded here");
  notices = [];
  await serve({});
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a refusal of the first question", () => {
  it.each([
    [404, "Not found", /^Kaggle has no competition "cells" that this account may see$/],
    [403, "Permission 'competitions.get' was denied", /^Kaggle has no competition "cells"/],
    [403, "Permission 'competitions.participate' was denied", /^Kaggle has no competition "cells"/],
    [403, "Rate exceeded, please try again later", /^Kaggle limits how often it may be asked: Rate exceeded/],
    [403, "Forbidden", /^Kaggle does not show "cells": Forbidden$/],
  ])("%i %s", async (status, text, expected) => {
    expect((await refuse("GetCompetition", { status, text })).message).toMatch(expected);
  });
});

describe("a refusal of a submission", () => {
  it.each([
    [400, "You have reached the maximum of 5 submissions per day", /^no submission to "cells" is left today: You have/],
    [400, "Your team has reached its limit of submissions, try again later", /^no submission to "cells" is left: Your/],
    [400, "Submissions exceeded the daily limit", /is left today/],
    [400, "The file exceeded the maximum size", /^Kaggle does not take a submission to "cells": The file exceeded/],
    [403, "You must verify your phone number", /before this account is verified: You must verify/],
    [403, "Your identity must be verified", /before this account is verified: Your identity/],
    [
      400,
      "No score is shown before it is verified by the host",
      /^Kaggle does not take a submission to "cells": No score/,
    ],
    [400, "The submission deadline has passed", /^the competition "cells" is closed: The submission deadline/],
    [403, "This competition has ended", /^the competition "cells" is closed: This competition/],
    [403, "Late submissions are not allowed", /^the competition "cells" is closed: Late submissions/],
    [
      403,
      "Late submissions need calculated scores",
      /^Kaggle does not take a submission to "cells": Late submissions need/,
    ],
    [403, "Calculated scores are recommended", /^Kaggle does not take a submission to "cells": Calculated scores/],
    [
      403,
      "Uploads that are related to a suspended team wait",
      /^Kaggle does not take a submission to "cells": Uploads/,
    ],
    [403, "Rate exceeded, please try again later", /^Kaggle limits how often it may be asked: Rate exceeded/],
    [403, "You cannot submit until you accept the competition rules", /: its rules are not accepted yet$/],
    [403, "Permission 'competitions.participate' was denied", /: its rules are not accepted yet$/],
    // The competition was shown a moment before: this is about something else.
    [404, "Not found", /^Kaggle does not take a submission to "cells": Not found$/],
  ])("%i %s", async (status, text, expected) => {
    const failure = await refuse("StartSubmissionUpload", { status, text });
    expect(failure.message).toMatch(expected);
    expect(failure.detail).toBe(
      `Kaggle answered ${status}: ${text}\nasked with the access token from KAGGLE_API_TOKEN`,
    );
  });

  it("names the page for the kind of check", async () => {
    const failure = await refuse("StartSubmissionUpload", { status: 403, text: "Your identity must be verified" });
    expect(failure.hint).toBe("verify the identity at https://www.kaggle.com/settings, then run again");
  });
});

/** The clock stands at 2026-11-24. */
describe("an account that has not entered", () => {
  it("is told to accept the rules while it can", async () => {
    await serve({ hasEntered: false, newEntrantDeadline: "2026-11-25T00:00:00Z", deadline: "2026-12-01T00:00:00Z" });
    const failure = await refuse("DownloadDataFiles", { status: 403, text: "Forbidden" });
    expect(failure.message).toMatch(/its rules are not accepted yet \(Kaggle says: Forbidden\)$/);
    expect(failure.hint).toMatch(/accept the rules with the account of the credentials, then run again$/);
  });

  it.each(["2026-11-20T00:00:00Z", "2026-11-20T00:00:00"])(
    "is told that %s was too late",
    async (newEntrantDeadline) => {
      await serve({ hasEntered: false, newEntrantDeadline, deadline: "2026-12-01T00:00:00Z" });
      const text = "You must accept this competition's rules";
      const failure = await refuse("DownloadDataFiles", { status: 403, text });
      expect(failure.message).toBe(
        'Kaggle does not hand out the files of "cells": this account has not entered it, and who had not by 2026-11-20 cannot any more',
      );
      expect(failure.hint).toMatch(/^use the credentials of an account that entered in time/);
      expect(notices[0]).toContain("who had not by 2026-11-20 cannot any more");
    },
  );

  it("is told how to enter for late submissions after the end", async () => {
    await serve({ hasEntered: false, newEntrantDeadline: "2019-01-03T23:59:00Z", deadline: "2019-01-10T23:59:00Z" });
    const failure = await refuse("DownloadDataFiles", {
      status: 403,
      text: "Permission 'competitions.participate' was denied",
    });
    expect(failure.message).toMatch(/its rules are not accepted yet, and it ended on 2019-01-10$/);
    expect(failure.hint).toMatch(/cells\/rules with the account of the credentials: .* late submissions/);
  });
});

async function serve(competition: Partial<CompetitionOptions>): Promise<void> {
  await server?.close();
  const whole = { slug: "cells", archive: join(folder, "archive.zip"), ...competition };
  server = await startKaggleServer({ competitions: [whole] });
}

/** Has the server refuse one method, and calls it as the stages do. */
async function refuse(method: string, { status, text }: { status: number; text: string }): Promise<Failure> {
  server.faults.inject(method, { type: "status", status, body: JSON.stringify({ code: status, message: text }) });
  const client = new KaggleClient({
    environment: { HOME: folder, KAGGLE_API_ENDPOINT: server.url, KAGGLE_API_TOKEN: server.credentials.token },
    clock: createTestClock(),
    signal: new AbortController().signal,
    onNotice: (notice) => notices.push(notice),
  });
  const action = method === "DownloadDataFiles" ? "download" : "submit";
  const asked = withCompetition(client, {
    slug: "cells",
    action,
    onInfo: () => undefined,
    work: () => client.call(method, { competitionName: "cells" }),
  });
  return await asked.then(
    () => {
      throw new Error("not refused");
    },
    (error: { failure: Failure }) => error.failure,
  );
}
