import { describe, expect, it } from "vitest";
import { cutIntoBatches, shuffleIntoBatches } from "../../../src/training/batches/order.ts";
import { readBatches } from "../../../src/training/batches/read-ahead.ts";
import type { SampleSet } from "../../../src/training/batches/sample-set.ts";

const flat = (batches: readonly Int32Array[]): number[] => batches.flatMap((batch) => [...batch]);

describe("shuffleIntoBatches", () => {
  it("takes samples once an epoch, in full batches, another order for another epoch", () => {
    const first = shuffleIntoBatches(103, 10, [42, "shuffle", 1]);
    expect(first.map((batch) => batch.length)).toEqual(new Array(10).fill(10));
    expect(new Set(flat(first)).size).toBe(100);
    expect(flat(shuffleIntoBatches(103, 10, [42, "shuffle", 1]))).toEqual(flat(first));
    expect(flat(shuffleIntoBatches(103, 10, [42, "shuffle", 2]))).not.toEqual(flat(first));
  });

  it("leaves out another rest in each epoch", () => {
    const left = (epoch: number): number[] => {
      const used = new Set(flat(shuffleIntoBatches(103, 10, [42, epoch])));
      return Array.from({ length: 103 }, (_, sample) => sample).filter((sample) => !used.has(sample));
    };
    expect(left(1)).toHaveLength(3);
    expect(left(1)).not.toEqual(left(2));
  });
});

it("cutIntoBatches takes each sample exactly once, in order", () => {
  const batches = cutIntoBatches(7, 3);
  expect(batches.map((batch) => [...batch])).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
});

describe("readBatches", () => {
  const log: string[] = [];
  const samples: SampleSet = {
    ...{ numSamples: 12, numClasses: 1, size: 1, numChannels: 1, labels: null },
    async readImages(positions) {
      log.push(`read ${positions[0]}`);
      if (positions[0] === 8) throw new Error("the disk is gone");
      return Uint8Array.from(positions);
    },
  };

  it("reads ahead, gives batches in order, and fails where reading fails", async () => {
    const seen: number[][] = [];
    const reading = async (): Promise<void> => {
      for await (const { bytes } of readBatches(samples, cutIntoBatches(12, 2))) {
        log.push(`use ${bytes[0]}`);
        seen.push([...bytes]);
      }
    };
    await expect(reading()).rejects.toThrow("the disk is gone");
    expect(seen).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ]);
    expect(log.slice(0, 5)).toEqual(["read 0", "read 2", "read 4", "use 0", "read 6"]);
  });
});
