import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPromise } from "yauzl";
import { classCounts } from "../../src/data/cells/class-frequencies.ts";
import { drawLabels } from "../../src/data/cells/draw-labels.ts";
import { demoCells } from "../../src/stages/demo-cells.ts";
import { createRecordingStage } from "./recording-stage.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-cells-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function draw(seed: number, place: string): Promise<{ archive: string; solution: string }> {
  const outputs = { archive: "cells.zip", solution: "solution.csv" };
  const stage = createRecordingStage({
    with: { train: 30, test: 4, size: 32, seed },
    ...{ folder: join(folder, place), environment: {}, outputs },
  });
  await demoCells.run(stage as never);
  return { archive: stage.output("archive"), solution: stage.output("solution") };
}

describe("demo/cells", () => {
  it("gives the same bytes for the same seed, others for another", async () => {
    const [first, again, other] = [await draw(1, "a"), await draw(1, "b"), await draw(2, "c")];
    expect(readFileSync(first.archive).equals(readFileSync(again.archive))).toBe(true);
    expect(readFileSync(first.archive).equals(readFileSync(other.archive))).toBe(false);
  });

  it("gives the bytes that it gave on other machines; raise the revision in the schema when they change", async () => {
    const digest = createHash("sha256").update(readFileSync((await draw(1, "a")).archive));
    expect(digest.digest("hex")).toBe("31d2341ec9e2b5ede0196804c8121322e95e8b3cc3a59a61424e6cc49bacd25a");
  });

  it("holds four images a sample, both tables, and the answers apart", async () => {
    const { archive, solution } = await draw(1, "a");
    const zip = await openPromise(archive);
    const names: string[] = [];
    for await (const { fileName } of zip.eachEntry()) names.push(fileName);
    expect(names).toHaveLength(34 * 4 + 2);
    const ids = readFileSync(solution, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",")[0]);
    expect(ids).toHaveLength(4);
    for (const channel of ["red", "green", "blue", "yellow"]) expect(names).toContain(`test/${ids[0]}_${channel}.png`);
  });
});

describe("the labels of drawn cells", () => {
  const sets = drawLabels(5000, 2, ["test"]);
  const countOf = (label: number) => sets.filter((set) => set.includes(label)).length;

  it("have the proportions of the real ones", () => {
    const total = classCounts.reduce((sum, count) => sum + count, 0);
    const drawn = sets.flat().length;
    for (const label of [0, 2, 7, 21, 23, 25]) {
      const real = (classCounts[label] as number) / total;
      // Labels of one sample differ, which takes from the most frequent ones.
      expect(countOf(label) / drawn / real).toBeGreaterThan(0.75);
      expect(countOf(label) / drawn / real).toBeLessThan(1.25);
    }
    expect(drawn / sets.length).toBeCloseTo(1.634, 1);
  });

  it("have every class twice at least, and no lysosomes without endosomes", () => {
    for (const label of classCounts.keys()) expect(countOf(label)).toBeGreaterThanOrEqual(2);
  });
});
