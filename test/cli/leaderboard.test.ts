import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LeaderboardRow } from "../../src/report/leaderboard-report.ts";
import { type KaggleServer, startKaggleServer } from "../kaggle-server/server.ts";
import { createProject, entry, type ProjectRig } from "../rig/project.ts";
import { openTerminal } from "../rig/terminal.ts";

const pipeline = `
version: 1
name: cells
stages:
  other: { uses: kaggle/download, with: { competition: other } }
  predict:
    run: |
      echo '{"metric":"val/macro_f1","value":0.125,"step":0}'
      printf 'Id,Predicted\\na,0\\nb,1\\n' > "$PIPE_OUTPUT_SUBMISSION"
    outputs: { submission: { kind: submission, path: submission.csv } }
  submit:
    uses: kaggle/submit
    with:
      competition: cells
      submission: "\${{ stages.predict.outputs.submission }}"
      message: from a test
`;

/** More than Kaggle lists on a page. */
const numSubmissions = 120;
const numPending = 2;
const isFaulty = (number: number): boolean => number % 17 === 0;
const isOurs = (number: number): boolean => number % 3 !== 0;
const copyOf = (run: string, number: number): string => run.replace(/\w{4}$/, String(number).padStart(4, "0"));
/** The share of class 0 found says which submission it was. */
const scoreOf = (number: number): number => Number((number / 200).toFixed(5));

let project: ProjectRig;
let server: KaggleServer;
let env: Record<string, string>;

beforeEach(async () => {
  const ids = Array.from({ length: 200 }, (_, index) => `id-${index}`);
  project = await createProject({
    "pipeline.yaml": pipeline,
    "server/archive.zip": "not downloaded here",
    "server/solution.csv": `Id,Predicted\n${ids.map((id, index) => `${id},${index}`).join("\n")}\n`,
  });
  server = await startKaggleServer({
    competitions: [
      {
        slug: "cells",
        archive: join(project.folder, "server/archive.zip"),
        solution: join(project.folder, "server/solution.csv"),
        maxDailySubmissions: 1_000,
      },
    ],
  });
  env = { KAGGLE_API_ENDPOINT: server.url, KAGGLE_API_TOKEN: server.credentials.token, HOME: project.folder };
});

afterEach(async () => {
  await server.close();
  await project[Symbol.asyncDispose]();
});

/** A file of which so many rows are right, or one that cannot be scored. */
function submissionOf(number: number): string {
  const rows = Array.from({ length: 200 }, (_, index) => `id-${index},${index < number ? index : ""}`);
  return `Id,Predicted\n${(isFaulty(number) ? rows.slice(1) : rows).join("\n")}\n`;
}

/** One real run, copies of its record with another metric in each, and a submission for each and by hand. */
async function fill(): Promise<string> {
  await project.pipe(["run", "pipeline.yaml", "--no-mlflow", "--target", "predict"], { env });
  const [run = ""] = await project.list("runs");
  const events = await project.read(join("runs", run, "events.ndjson"));
  for (let number = 1; number <= numSubmissions; number++) {
    if (number === numSubmissions - numPending + 1) await project.pipe(["leaderboard", "pipeline.yaml"], { env });
    if (!isOurs(number)) {
      server.submit("cells", submissionOf(number), `by hand ${number}`);
      continue;
    }
    const copy = copyOf(run, number);
    await cp(join(project.folder, "runs", run), join(project.folder, "runs", copy), { recursive: true });
    const metric = events.replaceAll('"value":0.125', `"value":${number / 1000}`);
    await project.write({ [join("runs", copy, "events.ndjson")]: metric });
    const message = "a message of many words, ".repeat(number % 9);
    server.submit("cells", submissionOf(number), `${message}[run ${copy}, sha256:0123456789abcdef]`);
  }
  return run;
}

describe("pipe leaderboard", () => {
  it("has all submissions of several pages, each with its run and what that measured", async () => {
    const run = await fill();
    const { code, stdout, stderr } = await project.pipe(["leaderboard", "pipeline.yaml", "--json"], { env });
    expect([code, stderr]).toEqual([0, ""]);
    const { version, competitions } = JSON.parse(stdout) as {
      version: number;
      competitions: Record<string, LeaderboardRow[]>;
    };
    expect([version, Object.keys(competitions)]).toEqual([1, ["cells"]]);
    const rows = competitions["cells"] ?? [];
    expect(rows).toHaveLength(numSubmissions);
    for (const [index, row] of rows.entries()) {
      const number = index + 1;
      const isPending = number > numSubmissions - numPending;
      expect(row).toMatchObject({
        reference: server.submissions[index]?.ref,
        status: isPending ? "PENDING" : isFaulty(number) ? "ERROR" : "COMPLETE",
        fileName: "by-hand.csv",
        message: isOurs(number) ? "a message of many words, ".repeat(number % 9).trimEnd() : `by hand ${number}`,
      });
      expect(row.publicScore).toEqual(isPending || isFaulty(number) ? undefined : scoreOf(number));
      expect(row.errorDescription).toEqual(
        !isPending && isFaulty(number) ? expect.stringContaining("rows") : undefined,
      );
      expect(row.runId).toBe(isOurs(number) ? copyOf(run, number) : undefined);
      expect(row.metrics).toEqual(isOurs(number) ? { "val/macro_f1": number / 1000 } : undefined);
    }
  });

  it("cuts what is too long on a terminal, and nothing elsewhere", async () => {
    const run = await fill();
    const args = ["leaderboard", "pipeline.yaml", "--metric", "val/macro_f1"];
    const size = { columns: 100, rows: 30 };
    await using terminal = openTerminal([process.execPath, entry, ...args], { ...size, folder: project.folder, env });
    expect(await terminal.ended).toBe(0);
    const lines = terminal.history().join("\n").trimEnd().split("\n");
    // A line that is too long would take two.
    expect(lines).toHaveLength(numSubmissions + 2);
    expect(lines[0]).toMatch(
      /^cells: 120 submissions, public scores from 0\.005 to 0\.59, \d could not be scored, 2 not scored yet$/,
    );
    expect(lines[9]).toMatch(new RegExp(`^8 +\\S+ \\S+ +0\\.04000 +0\\.008 .*${copyOf(run, 8)}  a message .*…$`));
    expect(lines[18]).toMatch(/^17 .* error .* Submission must have 200.*…$/);
    const whole = (await project.pipe(args, { env })).stdout.split("\n");
    expect(whole[9]).toMatch(new RegExp(`  ${"a message of many words, ".repeat(8).trimEnd()}$`));
  });

  it("draws all of them, and the best of those up to each", async () => {
    await fill();
    const { stdout } = await project.pipe(["leaderboard", "pipeline.yaml", "--plot", "scores.svg"], { env });
    expect(stdout).toMatch(/\ncells: scores\.svg and scores\.png\n$/);
    const svg = await project.read("scores.svg");
    const points = [
      ...svg.matchAll(/aria-label="submission: (\d+); public score: ([\d.]+)[^"]*"[^>]*aria-roledescription="point"/g),
    ];
    const scored = server.submissions.flatMap(({ publicScore }, index) =>
      publicScore === undefined ? [] : [[String(index + 1), publicScore.toFixed(5)]],
    );
    expect(points.map(([, number, score]) => [number, Number(score).toFixed(5)])).toEqual(scored);
    expect(svg).toContain(">120 submissions, the best 0.59</text>");
  });

  it("names the metrics that there are when none has the name", async () => {
    await fill();
    const { code, stderr } = await project.pipe(["leaderboard", "pipeline.yaml", "--metric", "val/macro_f2"], { env });
    expect(code).not.toBe(0);
    expect(stderr).toBe(
      'failed: no run that submitted has a metric "val/macro_f2"\nThere are: val/macro_f1. Did you mean "val/macro_f1"?\n',
    );
  });
});
