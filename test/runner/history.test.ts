import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Fingerprint, RunId, StageId } from "../../src/base/ids.ts";
import type { FingerprintInputs } from "../../src/cache/fingerprint.ts";
import type { Manifest } from "../../src/cache/manifest.ts";
import type { Stage } from "../../src/pipeline/pipeline.ts";
import { openHistory } from "../../src/runner/history.ts";

const stageOf = (id: string) =>
  ({ type: "command", id: id as StageId, inputs: {}, makings: new Map() }) as unknown as Stage;
const resultOf = (run: string) =>
  ({
    inputs: { run } as unknown as FingerprintInputs,
    durationMs: 1,
    outputs: {},
    madeBy: "r" as RunId,
  }) as unknown as Manifest;

it("keeps its size by what it says, not by how often", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pipe-history-"));
  try {
    const open = () => openHistory(join(folder, "p.ndjson"), async () => false);
    const failed = { run: "r" as RunId, end: "failed", message: "m", fingerprint: "f" as Fingerprint } as const;
    for (let run = 0; run < 20; run++) {
      const history = await open();
      for (let stage = 0; stage < 50; stage++) {
        history.recordAttempt(`s${stage}` as StageId, failed);
        history.recordResult(stageOf(`s${stage}`), resultOf(`${run} ${"x".repeat(200)}`));
      }
      history.recordAttempt("failing" as StageId, failed);
      await history.close();
    }
    const [name = "", ...others] = await readdir(folder);
    expect(others).toEqual([]);
    // A result has about 350 bytes, an attempt 100, a run 22,500.
    expect((await stat(join(folder, name))).size).toBeLessThan(4 * 50 * 350 + 22_500);
    const last = await open();
    for (const stage of ["s0", "s49"] as StageId[]) {
      expect(last.find(stage)?.inputs.run).toMatch(/^19 x/);
      expect(last.findAttempt(stage)).toBeUndefined();
    }
    expect(last.findAttempt("failing" as StageId)).toEqual(failed);
  } finally {
    await rm(folder, { recursive: true });
  }
});
