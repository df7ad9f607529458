import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/base/event.ts";
import { type KaggleServer, startKaggleServer } from "../kaggle-server/server.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

const pipeline = `
version: 1
name: cells
stages:
  download:
    uses: kaggle/download
    with: { competition: cells }
  predict:
    run: node predict.mjs "$PIPE_INPUT_ARCHIVE" "$PIPE_OUTPUT_SUBMISSION"
    inputs: { archive: "\${{ stages.download.outputs.archive }}" }
    outputs: { submission: { kind: submission, path: submission.csv } }
  submit:
    uses: kaggle/submit
    with:
      competition: cells
      submission: "\${{ stages.predict.outputs.submission }}"
      message: from a test
`;

const archive = randomBytes(400_000);
const secrets = ["planted-token-8c1f9a", "0a0b0c0d0e0f0a0b0c0d0e0f0a0b0c0d"];

let project: ProjectRig;
let server: KaggleServer;
let env: Record<string, string>;

beforeEach(async () => {
  project = await createProject({
    "pipeline.yaml": pipeline,
    "predict.mjs":
      'import { writeFileSync } from "node:fs"; writeFileSync(process.argv[3], "Id,Predicted\\na,0\\nb,1\\n");\n',
    "home/.kaggle/kaggle.json": JSON.stringify({ username: "tester", key: secrets[1] }),
    "server/solution.csv": "Id,Predicted\na,0\nb,0 1\n",
  });
  await project.write({ "server/archive.zip": archive });
  server = await startKaggleServer({
    competitions: [
      {
        slug: "cells",
        archive: join(project.folder, "server/archive.zip"),
        solution: join(project.folder, "server/solution.csv"),
      },
    ],
    numPolls: 0,
    credentials: { token: secrets[0] ?? "", key: secrets[1] ?? "" },
  });
  env = { KAGGLE_API_ENDPOINT: server.url, KAGGLE_API_TOKEN: secrets[0] ?? "", HOME: join(project.folder, "home") };
});

afterEach(async () => {
  await server.close();
  await project[Symbol.asyncDispose]();
});

describe("a pipeline from Kaggle to Kaggle", () => {
  it("runs to a scored submission, then comes from the cache without a word to Kaggle", async () => {
    const events = await project.events(["run", "pipeline.yaml"], { env });
    expect(outcomes(events)).toEqual({ download: "executed", predict: "executed", submit: "executed" });
    expect(metrics(events)).toEqual({ "kaggle/public_score": 0.83333 });
    expect(server.submissions[0]?.description).toMatch(/^from a test \[run \d{8}-\d{6}-cells-\w+, sha256:\w+\]$/);
    const { stdout } = await project.pipe(["leaderboard", "pipeline.yaml"], { env });
    expect(stdout).toMatch(/^cells: 1 submission, public scores from 0\.83333 to 0\.83333\n/);
    expect(stdout).toMatch(/0\.83333 .*\d{8}-\d{6}-cells-\w+ {2}from a test\n$/);
    const numRequests = server.requests.length;
    const again = await project.events(["run", "pipeline.yaml"], { env });
    expect(outcomes(again)).toEqual({ download: "cached", predict: "cached", submit: "cached" });
    expect(server.requests).toHaveLength(numRequests);
  });

  it("draws the course of the score over all submissions", async () => {
    for (const [index, labels] of ["1", "", "0 1", "0"].entries())
      server.submit("cells", `Id,Predicted\na,${labels}\nb,0 1\n`, `try ${index + 1}`);
    const { code, stdout } = await project.pipe(["leaderboard", "pipeline.yaml", "--plot", "plots/scores.svg"], {
      env,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^cells: 4 submissions, public scores from 0\.66667 to 1\n/);
    expect(stdout).toMatch(/\n\ncells: plots\/scores\.svg and plots\/scores\.png\n$/);
    const svg = await project.read("plots/scores.svg");
    expect(svg).toContain(">4 submissions, the best 1</text>");
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(4);
    expect(readFileSync(join(project.folder, "plots/scores.png")).subarray(1, 4).toString()).toBe("PNG");
    const wrong = await project.pipe(["leaderboard", "pipeline.yaml", "--plot", "scores.pdf"], { env });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("ends in .svg") });
  });

  it("asks Kaggle before a run how many submissions are left, on request only", async () => {
    const quiet = await project.pipe(["plan", "pipeline.yaml"], { env });
    expect(quiet.stdout).toContain("2 that depend on them, 0 cached\n");
    expect(server.requests).toEqual([]);
    const { stdout } = await project.pipe(["plan", "pipeline.yaml", "--online"], { env });
    expect(stdout).toMatch(/\ncells: \d+ submissions left\n$/);
  });

  it("takes the download from the cache whatever the bandwidth", async () => {
    await project.pipe(["run", "pipeline.yaml", "--target", "download"], { env });
    const limited = pipeline.replace("with: { competition: cells }", "with: { competition: cells, bandwidth: 5 MB/s }");
    await project.write({ "pipeline.yaml": limited });
    const events = await project.events(["run", "pipeline.yaml", "--target", "download"], { env });
    expect(outcomes(events)).toEqual({ download: "cached" });
  });

  it("goes on with a download that was killed", async () => {
    server.faults.inject("download", { type: "stall", afterBytes: 300_000 });
    const first = project.start(["run", "pipeline.yaml", "--json"], { env });
    await first.waitForLine('"downloading"');
    first.kill("SIGKILL");
    await first.result;
    const events = await project.events(["run", "pipeline.yaml"], { env });
    expect(outcomes(events)).toEqual({ download: "executed", predict: "executed", submit: "executed" });
    expect(
      server.requests.filter(({ host, verb }) => host === "storage" && verb === "GET").at(-1)?.headers.range,
    ).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it("submits once when it is killed before it hears that the submission arrived", async () => {
    const taken = new Promise<void>((resolve) => {
      server.faults.inject("CreateSubmission", { type: "silence", onReached: resolve });
    });
    const first = project.start(["run", "pipeline.yaml"], { env });
    await taken;
    first.kill("SIGKILL");
    await first.result;
    const events = await project.events(["run", "pipeline.yaml"], { env });
    expect(outcomes(events)).toEqual({ download: "cached", predict: "cached", submit: "executed" });
    expect(metrics(events)).toEqual({ "kaggle/public_score": 0.83333 });
    expect(server.submissions).toHaveLength(1);
  });

  it("leaves no secret in the project or on the terminal", async () => {
    server.faults.inject("GetCompetition", {
      type: "status",
      status: 401,
      body: JSON.stringify({ message: `bad: ${secrets}` }),
    });
    const run = await project.pipe(["run", "pipeline.yaml"], { env });
    expect(run.code).toBe(0);
    server.faults.inject("GetCompetition", {
      type: "status",
      status: 403,
      body: JSON.stringify({ message: `bad: ${secrets}` }),
    });
    const failed = await project.pipe(["run", "pipeline.yaml", "--force"], { env });
    expect(failed.code).toBe(1);
    const files = ["runs", ".pipe"].flatMap((name) => readAll(join(project.folder, name)));
    const shown = [run.stdout, run.stderr, failed.stdout, failed.stderr, ...files].join("\n");
    expect(failed.stdout + failed.stderr).toContain("[redacted]");
    for (const secret of [...secrets, Buffer.from(`tester:${secrets[1]}`).toString("base64")])
      expect(shown).not.toContain(secret);
  });
});

function outcomes(events: readonly RunEvent[]): Record<string, string> {
  return Object.fromEntries(
    events.filter((event) => event.type === "stage-finished").map((event) => [event.stage, event.outcome.type]),
  );
}

function metrics(events: readonly RunEvent[]): Record<string, number> {
  return Object.fromEntries(
    events
      .filter((event) => event.type === "stage-event")
      .map(({ event }) => event)
      .filter((event) => event.type === "metric")
      .filter((event) => !event.name.startsWith("system/"))
      .map(({ name, value }) => [name, value]),
  );
}

function readAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
}
