import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KaggleDownloadFilesWith } from "../../src/stages/generated/kaggle-download-files.ts";
import { createKaggleDownloadFiles } from "../../src/stages/kaggle-download-files.ts";
import { type KaggleServer, startKaggleServer } from "../kaggle-server/server.ts";
import { createTestClock, type TestClock } from "../services/test-clock.ts";
import { createRecordingStage, type RecordingStage } from "./recording-stage.ts";

const labels = "Id,Target\na,0 1\n";
const sample = "Id,Predicted\nb,0\n";
const image = Buffer.alloc(300_000, "image ");

let folder: string;
let server: KaggleServer;
let clock: TestClock;
let stage: RecordingStage<KaggleDownloadFilesWith>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pipe-kaggle-files-"));
  clock = createTestClock();
  mkdirSync(join(folder, "server"));
  const path = (name: string) => join(folder, "server", name);
  writeFileSync(path("sample.csv"), sample);
  writeFileSync(path("a.png"), image);
  const script =
    'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED).writestr("train.csv", sys.argv[2])';
  execFileSync("python3", ["-c", script, path("train.csv.zip"), labels]);
  const files = { "train.csv": path("train.csv.zip"), "sample.csv": path("sample.csv"), "train/a.png": path("a.png") };
  server = await startKaggleServer({ competitions: [{ slug: "cells", archive: path("train.csv.zip"), files }] });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("kaggle/download-files", () => {
  it("puts the chosen files out under their own names, unpacking what Kaggle zipped", async () => {
    await runStage(["train.csv", "sample.csv", "train/a.png"]);
    expect(readOutput("train.csv").toString()).toBe(labels);
    expect(readOutput("sample.csv").toString()).toBe(sample);
    expect(readOutput("train/a.png").equals(image)).toBe(true);
    expect(readdirSync(stage.output("files"), { recursive: true }).sort()).toEqual([
      "sample.csv",
      "train",
      "train.csv",
      "train/a.png",
    ]);
  });

  it("waits where Kaggle limits how often it may be asked", async () => {
    server.faults.inject("DownloadDataFile", { type: "status", status: 429, headers: { "retry-after": "30" } });
    await runStage(["sample.csv"]);
    expect(clock.sleepsMs).toEqual([30_000]);
  });

  it("keeps within one bandwidth with all files", async () => {
    await runStage(["train/a.png", "sample.csv"], { bandwidth: "100 KB/s" });
    expect(readOutput("train/a.png").equals(image)).toBe(true);
    const seconds = clock.sleepsMs.reduce((sum, sleepMs) => sum + sleepMs, 0) / 1000;
    expect(seconds).toBeGreaterThan(2.8);
    expect(seconds).toBeLessThanOrEqual(3.01);
  });

  it("goes on with the file in which it was interrupted, and fetches none twice", async () => {
    const interruption = new AbortController();
    await expect(
      runStage(["sample.csv", "train/a.png"], {
        signal: interruption.signal,
        // The first file is shorter than this.
        onProgress: (done) => done > 10_000 && interruption.abort(),
      }),
    ).rejects.toThrow();
    await runStage(["sample.csv", "train/a.png"]);
    expect(readOutput("train/a.png").equals(image)).toBe(true);
    const ranges = server.requests
      .filter(({ host }) => host === "storage")
      .map(({ path, headers }) => [path.split("?")[0]?.split("/").at(-1), headers.range]);
    expect(ranges).toEqual([
      ["sample.csv", undefined],
      ["a.png", undefined],
      ["a.png", expect.stringMatching(/^bytes=[1-9]\d*-$/)],
    ]);
  });

  it("knows the name that was meant", async () => {
    await expect(runStage(["trian.csv"])).rejects.toMatchObject({
      failure: {
        cause: "configuration",
        message: '"cells" has no file "trian.csv"',
        hint: 'did you mean "train.csv"?',
      },
    });
  });
});

async function runStage(
  files: string[],
  options: { bandwidth?: string; signal?: AbortSignal; onProgress?: (done: number) => void } = {},
): Promise<void> {
  const recording = createRecordingStage<KaggleDownloadFilesWith>({
    with: { competition: "cells", files, ...(options.bandwidth !== undefined && { bandwidth: options.bandwidth }) },
    folder,
    environment: { KAGGLE_API_ENDPOINT: server.url, KAGGLE_API_TOKEN: server.credentials.token, HOME: folder },
    outputs: { files: "files" },
    ...(options.signal && { signal: options.signal }),
  });
  stage = {
    ...recording,
    progress(progress) {
      recording.progress(progress);
      options.onProgress?.(progress.done);
    },
  };
  await createKaggleDownloadFiles(clock).run(stage);
}

function readOutput(name: string): Buffer {
  return readFileSync(join(stage.output("files"), name));
}
