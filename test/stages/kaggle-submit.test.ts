import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KaggleSubmitWith } from "../../src/stages/generated/kaggle-submit.ts";
import { createKaggleSubmit } from "../../src/stages/kaggle-submit.ts";
import type { CompetitionOptions } from "../kaggle-server/competition.ts";
import { type KaggleServer, startKaggleServer } from "../kaggle-server/server.ts";
import { createTestClock, type TestClock } from "../services/test-clock.ts";
import { createRecordingStage, type RecordingStage } from "./recording-stage.ts";

const slug = "cells";
const solution = "Id,Predicted\na,0 1\nb,1\nc,2\nd,0\n";
/** Class 0: 2 of 2 found, no more. Class 1: 1 of 2. Class 2: 1 of 1, and one too many. Mean of 1, 2/3, 2/3. */
const submission = "Id,Predicted\na,0\nb,1\nc,2\nd,0 2\n";
const expectedScore = (1 + 2 / 3 + 2 / 3) / 3;

let folder: string;
let server: KaggleServer;
let clock: TestClock;
let stage: RecordingStage<KaggleSubmitWith>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pipe-submit-"));
  clock = createTestClock();
  writeFileSync(join(folder, "submission.csv"), submission);
  writeFileSync(join(folder, "solution.csv"), solution);
  writeFileSync(join(folder, "archive.zip"), "not downloaded here");
  await serve({});
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("kaggle/submit", () => {
  it("submits once, waits for the score, and reports it", async () => {
    await runStage();
    expect(server.submissions).toHaveLength(1);
    expect(server.submissions[0]).toMatchObject({ content: submission, fileName: "submission.csv" });
    expect(server.submissions[0]?.description).toMatch(
      /^at 64 px \[run 20261124-080000-cells-3f9a, sha256:[0-9a-f]{16}\]$/,
    );
    expect(stage.metrics["kaggle/public_score"]).toBeCloseTo(expectedScore, 5);
    expect(readScore()).toEqual({
      version: 1,
      reference: server.submissions[0]?.ref,
      status: "COMPLETE",
      publicScore: Number(expectedScore.toFixed(5)),
      privateScore: null,
      message: server.submissions[0]?.description,
      submittedAt: server.submissions[0]?.date.toISOString(),
    });
  });

  it("warns of a token that other users of the machine can read, and submits", async () => {
    const file = join(folder, "token");
    writeFileSync(file, server.credentials.token);
    chmodSync(file, 0o644);
    await runStage({ token: file });
    expect(server.submissions).toHaveLength(1);
    const warnings = stage.said.map((text) => JSON.parse(text)).filter(({ level }) => level === "warning");
    expect(warnings.map(({ text }) => text)).toEqual([
      expect.stringContaining(`can read the Kaggle credentials in ${file};`),
    ]);
  });

  it("polls less and less often", async () => {
    await serve({}, { numPolls: 12 });
    await runStage();
    const [first = 0, second = 0] = clock.sleepsMs;
    expect(clock.sleepsMs).toHaveLength(12);
    expect(second).toBeGreaterThan(first);
    expect(Math.max(...clock.sleepsMs)).toBe(30_000);
  });

  it("does not submit a file again that Kaggle has", async () => {
    await runStage();
    const before = readScore();
    rmSync(join(folder, "work"), { recursive: true });
    await runStage();
    expect(server.submissions).toHaveLength(1);
    expect(readScore()).toEqual(before);
    expect(said()).toMatch(/is not submitted again/);
  });

  it("submits another file", async () => {
    await runStage();
    writeFileSync(join(folder, "submission.csv"), submission.replace("d,0 2", "d,0"));
    await runStage();
    expect(server.submissions).toHaveLength(2);
    expect(stage.metrics["kaggle/public_score"]).toBeCloseTo((1 + 2 / 3 + 1) / 3, 5);
  });

  it("submits a file again that Kaggle could not score", async () => {
    await serve({ solution: undefined });
    await expect(runStage()).rejects.toMatchObject({ failure: { cause: "input" } });
    rmSync(join(folder, "work"), { recursive: true });
    await expect(runStage()).rejects.toMatchObject({ failure: { cause: "input" } });
    expect(server.submissions).toHaveLength(2);
  });

  it.each([
    ["the connection breaks after Kaggle took the submission", { type: "drop-answer" }],
    ["the connection breaks before", { type: "drop" }],
    ["Kaggle answers 500", { type: "status", status: 500 }],
    ["Kaggle answers 429", { type: "status", status: 429, headers: { "retry-after": "3" } }],
  ] as const)("submits exactly once when %s", async (_, fault) => {
    server.faults.inject("CreateSubmission", fault);
    await runStage();
    expect(server.submissions).toHaveLength(1);
    expect(server.faults.numWaiting).toBe(0);
    expect(stage.metrics["kaggle/public_score"]).toBeCloseTo(expectedScore, 5);
  });

  it("looks at the list when an earlier process ended before it heard the answer", async () => {
    const interruption = new AbortController();
    server.faults.inject("CreateSubmission", { type: "drop-answer" });
    const crashing = { ...clock, sleep: async () => interruption.abort(new Error("killed")) };
    // Its first look at the list meets a broken connection, and while it waits to look again it is killed.
    server.faults.inject("ListSubmissions", { type: "status", status: 200, body: "{}" }, { type: "drop" });
    await expect(runStage({ signal: interruption.signal, clock: crashing })).rejects.toThrow("killed");
    await runStage();
    expect(server.submissions).toHaveLength(1);
    expect(stage.metrics["kaggle/public_score"]).toBeCloseTo(expectedScore, 5);
  });

  it("goes on waiting, without submitting again, after a timeout", async () => {
    await serve({}, { numPolls: 10 });
    await expect(runStage({ timeout: 3 })).rejects.toMatchObject({
      failure: { cause: "timeout", hint: expect.stringContaining("nothing is submitted twice") },
    });
    await runStage();
    expect(server.submissions).toHaveLength(1);
    expect(server.requests.filter(({ method }) => method === "StartSubmissionUpload")).toHaveLength(1);
  });

  it("waits for the score through an outage, as long as it waits at all", async () => {
    const outage = Array.from({ length: 20 }, () => ({ type: "drop" }) as const);
    server.faults.inject("GetSubmission", ...outage);
    await runStage();
    expect(server.faults.numWaiting).toBe(0);
    expect(stage.metrics["kaggle/public_score"]).toBeCloseTo(expectedScore, 5);
    rmSync(join(folder, "work"), { recursive: true });
    server.faults.inject("GetSubmission", ...outage);
    await expect(runStage({ timeout: 60 })).rejects.toMatchObject({
      failure: { cause: "network", message: expect.stringContaining("gave up on Kaggle") },
    });
    expect(server.submissions).toHaveLength(1);
  });

  it("stops before the upload when no submission is left today", async () => {
    await serve({ maxDailySubmissions: 1 });
    await runStage();
    writeFileSync(join(folder, "submission.csv"), submission.replace("d,0 2", "d,0"));
    await expect(runStage()).rejects.toMatchObject({
      failure: {
        cause: "refused",
        message: 'all 1 submissions of today to "cells" are used',
        hint: expect.stringContaining("00:00 UTC"),
      },
    });
    expect(server.requests.filter(({ method }) => method === "StartSubmissionUpload")).toHaveLength(1);
  });

  it("shows Kaggle's reason when the file is not as it should be", async () => {
    writeFileSync(join(folder, "submission.csv"), "Id,Predicted\na,0\n");
    await expect(runStage()).rejects.toMatchObject({
      failure: { cause: "input", message: expect.stringContaining("Submission must have 4 rows") },
    });
  });

  it.each([
    [{ isNotebooksOnly: true }, /takes notebooks only/],
    [{ submissionsDisabled: true }, /takes no submissions/],
    [{ hasEntered: false }, /its rules are not accepted yet/],
  ])("explains why %o refuses", async (options, message) => {
    await serve(options);
    await expect(runStage()).rejects.toMatchObject({
      failure: { cause: "refused", message: expect.stringMatching(message) },
    });
    expect(server.submissions).toHaveLength(0);
  });
});

describe("the upload", () => {
  // Longer than what real storage keeps at a time, so that a resumption has something to resume.
  const rows = Array.from({ length: 60_000 }, (_, index) => `sample-${index},${index % 3}`);
  const text = `Id,Predicted\n${rows.join("\n")}\n`;

  beforeEach(async () => {
    writeFileSync(join(folder, "submission.csv"), text);
    writeFileSync(join(folder, "solution.csv"), text);
    await serve({});
  });

  it.each([
    ["breaks off", { type: "drop", afterBytes: 600_000 }, "bytes 524288-"],
    ["breaks off at once", { type: "drop" }, null],
    ["gets a 503", { type: "status", status: 503 }, null],
    ["expires", { type: "expire" }, null],
  ] as const)("arrives whole when it %s", async (_, fault, range) => {
    server.faults.inject("upload", fault);
    await runStage();
    expect(server.submissions.map(({ content }) => content === text)).toEqual([true]);
    expect(stage.metrics["kaggle/public_score"]).toBe(1);
    const lastPut = server.requests.filter(({ verb }) => verb === "PUT").at(-1);
    if (range === null) expect(lastPut?.headers["content-range"]).toBeUndefined();
    else expect(lastPut?.headers["content-range"]).toMatch(new RegExp(`^${range}`));
  });
});

async function serve(
  competition: Partial<{ [Key in keyof CompetitionOptions]: CompetitionOptions[Key] | undefined }>,
  options: { numPolls?: number } = {},
) {
  await server?.close();
  const { solution: path = undefined, ...rest } = { solution: join(folder, "solution.csv"), ...competition };
  const whole = { slug, archive: join(folder, "archive.zip"), ...rest, ...(path !== undefined && { solution: path }) };
  server = await startKaggleServer({ competitions: [whole as CompetitionOptions], ...options });
}

async function runStage(
  options: { token?: string; timeout?: number; signal?: AbortSignal; clock?: TestClock } = {},
): Promise<void> {
  stage = createRecordingStage({
    with: {
      competition: slug,
      submission: join(folder, "submission.csv"),
      message: "at 64 px",
      timeout: options.timeout ?? 3600,
    },
    folder,
    environment: {
      KAGGLE_API_ENDPOINT: server.url,
      KAGGLE_API_TOKEN: options.token ?? server.credentials.token,
      HOME: folder,
    },
    outputs: { score: "score.json" },
    ...(options.signal && { signal: options.signal }),
  });
  await createKaggleSubmit(options.clock ?? clock).run(stage);
}

function readScore(): unknown {
  return JSON.parse(readFileSync(join(folder, "outputs", "score.json"), "utf8"));
}

function said(): string {
  return stage.said.join("\n");
}
