import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KaggleDownloadWith } from "../../src/stages/generated/kaggle-download.ts";
import { createKaggleDownload } from "../../src/stages/kaggle-download.ts";
import { type KaggleServer, startKaggleServer } from "../kaggle-server/server.ts";
import { createTestClock, type TestClock } from "../services/test-clock.ts";
import { createRecordingStage, type RecordingStage } from "./recording-stage.ts";

const archiveBytes = randomBytes(500_000);

let folder: string;
let server: KaggleServer;
let clock: TestClock;
let stage: RecordingStage<KaggleDownloadWith>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pipe-kaggle-"));
  clock = createTestClock();
  writeFileSync(join(folder, "server.zip"), archiveBytes);
  server = await startKaggleServer({
    competitions: [
      { slug: "cells", archive: join(folder, "server.zip"), title: "Cells" },
      { slug: "closed", archive: join(folder, "server.zip"), hasEntered: false },
    ],
  });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("kaggle/download", () => {
  it("puts out the competition's archive and shows how far it is", async () => {
    await runStage();
    expect(readFileSync(stage.output("archive")).equals(archiveBytes)).toBe(true);
    expect(JSON.parse(stage.said.at(-1) ?? "")).toEqual({
      type: "progress",
      activity: "downloading",
      done: archiveBytes.length,
      total: archiveBytes.length,
      unit: "bytes",
    });
    expect(said()).toMatch(/Cells.*asked with the access token from KAGGLE_API_TOKEN/);
  });

  it("goes on after an interruption where it was", async () => {
    const interruption = new AbortController();
    server.faults.inject("download", { type: "stall", afterBytes: 200_000 });
    const interrupted = runStage({
      signal: interruption.signal,
      onProgress: (done) => done >= 200_000 && interruption.abort(),
    });
    await expect(interrupted).rejects.toThrow();
    await runStage();
    expect(readFileSync(stage.output("archive")).equals(archiveBytes)).toBe(true);
    expect(server.requests.at(-1)?.headers.range).toBe("bytes=200000-");
  });

  it("fetches nothing again when it was killed between the download and the commit", async () => {
    await runStage();
    rmSync(join(folder, "outputs"), { recursive: true });
    const numRequests = server.requests.length;
    await runStage();
    expect(readFileSync(stage.output("archive")).equals(archiveBytes)).toBe(true);
    expect(server.requests).toHaveLength(numRequests);
    // One file under two names: the disk holds it once.
    expect(statSync(stage.output("archive")).nlink).toBe(2);
  });

  it("keeps within the bandwidth that it is given", async () => {
    await runStage({ bandwidth: "100 KB/s" });
    expect(readFileSync(stage.output("archive")).equals(archiveBytes)).toBe(true);
    const seconds = clock.sleepsMs.reduce((sum, sleepMs) => sum + sleepMs, 0) / 1000;
    expect(seconds).toBeGreaterThan(4.8);
    expect(seconds).toBeLessThanOrEqual(5);
  });

  it("honours 429 on the way to the address", async () => {
    server.faults.inject("DownloadDataFiles", { type: "status", status: 429, headers: { "retry-after": "12" } });
    await runStage();
    expect(clock.sleepsMs).toEqual([12_000]);
  });

  it("survives 500, a dropped connection and a non-JSON answer of the API", async () => {
    server.faults.inject(
      "GetCompetition",
      { type: "status", status: 500 },
      { type: "drop" },
      { type: "status", status: 200, body: "<html>proxy</html>" },
    );
    await runStage();
    expect(server.faults.numWaiting).toBe(0);
  });

  it("gives up on a Kaggle that stays down, and says how to go on", async () => {
    server.faults.inject(
      "GetCompetition",
      ...Array.from({ length: 9 }, () => ({ type: "status", status: 503 }) as const),
    );
    await expect(runStage()).rejects.toMatchObject({
      failure: { cause: "network", hint: expect.stringContaining("run again") },
    });
  });

  it("says which page to open when the rules are not accepted", async () => {
    await expect(runStage({ competition: "closed" })).rejects.toMatchObject({
      failure: {
        cause: "refused",
        message: 'Kaggle does not hand out the files of "closed": its rules are not accepted yet',
        hint: expect.stringContaining("https://www.kaggle.com/competitions/closed/rules"),
        detail: expect.stringContaining("KAGGLE_API_TOKEN"),
      },
    });
  });

  it.each([
    ["a wrong slug", 404, "Not found", /has no competition "cells"/],
    ["an account without a phone number", 403, "You must verify your phone number", /before this account is verified/],
    ["a late entry", 403, "The entry deadline has passed", /is closed: The entry deadline has passed/],
    ["anything else", 403, "Forbidden", /does not show "cells": Forbidden/],
  ])("explains %s", async (_, status, message, expected) => {
    server.faults.inject("GetCompetition", { type: "status", status, body: JSON.stringify({ code: status, message }) });
    await expect(runStage()).rejects.toMatchObject({
      failure: { cause: "refused", message: expect.stringMatching(expected) },
    });
  });

  it("shows no secret anywhere, whichever credential it tries and whatever goes wrong", async () => {
    const secrets = ["planted-token-8c1f", "planted-key-77aa", "planted-refresh-5d2e", "planted-access-01bc"];
    mkdirSync(join(folder, ".kaggle"));
    writeFileSync(join(folder, ".kaggle", "kaggle.json"), JSON.stringify({ username: "someone", key: secrets[1] }));
    const login = {
      refresh_token: secrets[2],
      access_token: secrets[3],
      access_token_expiration: "2030-01-01T00:00:00Z",
    };
    writeFileSync(join(folder, ".kaggle", "credentials.json"), JSON.stringify(login));
    // A server that repeats what it was sent.
    const body = JSON.stringify({ message: `no access for ${secrets.join(" ")}` });
    server.faults.inject(
      "GetCompetition",
      ...[401, 401, 403].map((status) => ({ type: "status", status, body }) as const),
    );
    const failure = await runStage({ token: secrets[0] }).then(
      () => undefined,
      (error: { failure: unknown }) => error.failure,
    );
    expect(failure).toMatchObject({ cause: "refused", detail: expect.stringContaining("[redacted]") });
    rmSync(join(folder, ".kaggle"), { recursive: true });
    const shown = [JSON.stringify(failure), said(), ...readAll(folder)].join("\n");
    for (const secret of [...secrets, Buffer.from(`someone:${secrets[1]}`).toString("base64")])
      expect(shown).not.toContain(secret);
    expect(said()).toMatch(
      /does not accept the access token from KAGGLE_API_TOKEN; trying the legacy username and key/,
    );
  });

  it("keeps signatures of addresses out of its notes and messages", async () => {
    server.faults.inject(
      "download",
      { type: "drop", afterBytes: 200_000 },
      { type: "expire" },
      { type: "expire" },
      { type: "expire" },
    );
    await expect(runStage()).rejects.toMatchObject({ failure: { cause: "refused" } });
    expect([said(), ...readAll(join(folder, "work"))].join("\n")).not.toMatch(/Signature=|X-Goog/);
  });
});

async function runStage(
  options: {
    competition?: string;
    bandwidth?: string;
    token?: string | undefined;
    signal?: AbortSignal;
    onProgress?: (done: number) => void;
  } = {},
): Promise<void> {
  const recording = createRecordingStage<KaggleDownloadWith>({
    with: {
      competition: options.competition ?? "cells",
      ...(options.bandwidth !== undefined && { bandwidth: options.bandwidth }),
    },
    folder,
    environment: {
      KAGGLE_API_ENDPOINT: server.url,
      KAGGLE_API_TOKEN: options.token ?? server.credentials.token,
      HOME: folder,
    },
    outputs: { archive: "archive.zip" },
    ...(options.signal && { signal: options.signal }),
  });
  stage = {
    ...recording,
    progress(progress) {
      recording.progress(progress);
      options.onProgress?.(progress.done);
    },
  };
  await createKaggleDownload(clock).run(stage);
}

function said(): string {
  return stage.said.join("\n");
}

/** The content of all files below a folder, but for the archives. */
function readAll(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(zip|part)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}
