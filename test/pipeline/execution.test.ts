import { describe, expect, test } from "vitest";
import { parseBytes, parseDuration } from "../../src/pipeline/quantities.ts";
import { check, stageOf } from "./check-text.ts";

const text = `version: 1
name: rules
params: { numGpus: 2 }
resources: { cpu: 8, memory: 16 GB, gpu: 1, tokens: { database: 2 } }
stages:
  draw: { uses: demo/cells }
  count:
    run: "true"
    resources: { cpu: 0.5, memory: 512 MiB, gpu: "\${{ params.numGpus }}", tokens: { database: 1 } }
    retry: { times: 2, on: [command], backoff: 1.5m }
    timeout: 2h
  again: { run: "true", retry: { times: 1 } }
  download: { uses: kaggle/download, with: { competition: digits }, resources: { tokens: { network: 1 } } }
`;

describe("how a stage is executed", () => {
  const pipeline = check(text);

  test("is read with its units and parameters", () => {
    expect(stageOf(pipeline, "count").execution).toEqual({
      resources: { cpu: 0.5, memory: 512 * 2 ** 20, gpu: 2, tokens: { database: 1 } },
      retry: { times: 2, on: ["command"], backoffMs: 90_000 },
      timeoutMs: 7_200_000,
    });
    expect(pipeline.limits).toEqual({ cpu: 8, memory: 16e9, gpu: 1, tokens: { database: 2 } });
  });

  test("is one try, with nothing reserved, unless the document says otherwise", () => {
    expect(stageOf(pipeline, "draw").execution).toEqual({ resources: { memory: 0, tokens: {} } });
  });

  test("is tried again after failures that may pass, unless causes are named", () => {
    const { retry } = stageOf(pipeline, "again").execution;
    expect(retry).toEqual({ times: 1, on: ["network", "memory", "timeout", "signal"], backoffMs: 10_000 });
  });

  test("keeps what its kind needs beside what the document adds", () => {
    expect(stageOf(pipeline, "download").execution.resources.tokens).toEqual({ "kaggle-api": 1, network: 1 });
  });
});

describe("quantities", () => {
  test("have a unit", () => {
    expect(["250ms", "10s", "1.5 m", "2h", "1d"].map(parseDuration)).toEqual([
      250, 10_000, 90_000, 7_200_000, 86_400_000,
    ]);
    expect(["8 GB", "1KiB", "2TB", "7 B"].map(parseBytes)).toEqual([8e9, 1024, 2e12, 7]);
    for (const wrong of ["10", "s", "-1s", "1 week", "", 10, null]) expect(parseDuration(wrong)).toBeUndefined();
  });
});
