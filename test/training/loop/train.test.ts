import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resample } from "../../../src/training/batches/sampling.ts";
import { openCheckpoints } from "../../../src/training/checkpoints/checkpoint-store.ts";
import type { EpochRecord } from "../../../src/training/loop/history.ts";
import type { TrainingRecipe } from "../../../src/training/loop/recipe.ts";
import { train } from "../../../src/training/loop/train.ts";
import type { TrainingObserver } from "../../../src/training/loop/training.ts";
import { createNetwork, type Network } from "../../../src/training/models/network.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { exportWeights } from "../../../src/training/weights/network-weights.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";
import { createToySamples, deafObserver, toyNormalization, toyRecipe } from "./toy.ts";

let runtime: Runtime;
const folder = mkdtempSync(join(tmpdir(), "pipe-train-"));
beforeAll(async () => {
  runtime = await loadTestTensorflow();
});
afterAll(() => rmSync(folder, { recursive: true }));

const toySamples = createToySamples(100, 1);
const validation = createToySamples(40, 2);

interface Trained {
  readonly records: readonly EpochRecord[];
  readonly resumedAt: { readonly epoch: number; readonly step: number } | undefined;
  readonly shrunk: readonly Parameters<TrainingObserver["shrunk"]>[0][];
  readonly weights: string;
  readonly keptEpoch: number;
}

/** Trains in `work`; `abortAt` interrupts after so many reports of steps. */
async function run(
  work: string,
  recipe: TrainingRecipe = toyRecipe,
  abortAt = Number.POSITIVE_INFINITY,
  samples = toySamples,
): Promise<Trained> {
  const network = createNetwork({
    arch: "resnet18",
    numChannels: 4,
    numClasses: 3,
    head: { pool: "concat", hidden: [16], dropout: 0.2 },
    seed: 7,
    width: 8,
  });
  const abort = new AbortController();
  const records: EpochRecord[] = [];
  const shrunk: Trained["shrunk"][number][] = [];
  let resumedAt: Trained["resumedAt"];
  let numReports = 0;
  let time = 0;
  try {
    const { kept } = await train({
      network,
      data: () => ({ samples, validation }),
      normalization: toyNormalization,
      recipe,
      checkpoints: await openCheckpoints(join(folder, work)),
      checkpointEvery: 4,
      signal: abort.signal,
      // A second a look, so that every step is reported.
      now: () => (time += 1000),
      observer: {
        ...deafObserver,
        resumed: (position) => {
          resumedAt = position;
        },
        trained: () => {
          numReports += 1;
          if (numReports === abortAt) abort.abort(new Error("interrupted"));
        },
        shrunk: (change) => shrunk.push(change),
        finished: (record) => records.push(record),
      },
    });
    return { records, resumedAt, shrunk, weights: digest(network), keptEpoch: kept.epoch };
  } finally {
    network.dispose();
  }
}

function digest(network: Network): string {
  return [...exportWeights(network)]
    .map(([name, { values }]) => `${name} ${Buffer.from(values.buffer).toString("base64")}`)
    .join();
}

const withoutSpeed = (records: readonly EpochRecord[]) =>
  records.map(({ imagesPerSecond: _, inputWait: __, ...rest }) => rest);

describe("train", () => {
  it("learns the toy, phase by phase, and leaks no tensor", async () => {
    const before = runtime.tf.memory().numTensors;
    const { records, keptEpoch } = await run("whole");
    expect(runtime.tf.memory().numTensors).toBe(before);
    expect(records.map(({ epoch, phase }) => `${epoch} ${phase}`)).toEqual([
      "1 head",
      "2 all",
      "3 all",
      "4 all",
      "5 all",
    ]);
    expect(records.at(-1)!.trainLoss).toBeLessThan(records[0]!.trainLoss * 0.6);
    const best = Math.max(...records.map(({ validation: { macroF1 } }) => macroF1));
    expect(best).toBeGreaterThan(0.6);
    expect(records[keptEpoch - 1]!.validation.macroF1).toBe(best);
  });

  it.each([1, 6, 8, 14])("interrupted after %i steps, it goes on to the same weights and records", async (abortAt) => {
    const whole = await run("whole");
    const work = `interrupted-${abortAt}`;
    await expect(run(work, toyRecipe, abortAt)).rejects.toThrow("interrupted");
    const resumed = await run(work);
    expect(resumed.resumedAt).toEqual({ epoch: Math.floor(abortAt / 6.0001) + 1, step: ((abortAt - 1) % 6) + 1 });
    expect(withoutSpeed(resumed.records)).toEqual(withoutSpeed(whole.records));
    expect(resumed.weights).toBe(whole.weights);
  });

  it("does so too where batches are mixed, holes cut, and rare classes drawn more often", async () => {
    const [, all] = toyRecipe.phases;
    const mix = { mixup: 0.4, cutmix: 1, probability: 0.7 };
    const augment = { ...all!.augment, cutout: { holes: 2, length: 0.2 } };
    const recipe = { ...toyRecipe, keep: "last", phases: [{ ...all!, cycles: { epochs: 2 }, mix, augment }] } as const;
    const drawn = resample(toySamples, { type: "weighted", power: 1 }, 42);
    const whole = await run("mixed", recipe, undefined, drawn);
    const plain = await run("mixed-plain", { ...recipe, phases: [{ ...recipe.phases[0], mix: {} }] }, undefined, drawn);
    expect(plain.weights).not.toBe(whole.weights);
    await expect(run("mixed-interrupted", recipe, 8, drawn)).rejects.toThrow("interrupted");
    const resumed = await run("mixed-interrupted", recipe, undefined, drawn);
    expect(resumed.resumedAt).toEqual({ epoch: 2, step: 2 });
    expect(resumed.weights).toBe(whole.weights);
  });

  it("lowers the rate on a plateau of the monitored metric, from epoch to epoch and after an interruption", async () => {
    const schedule = { type: "plateau", patience: 0, factor: 0.5, threshold: 100 } as const;
    const all = { ...toyRecipe.phases[1]!, cycles: { epochs: 4 }, schedule };
    const recipe = { ...toyRecipe, keep: "last", phases: [toyRecipe.phases[0]!, all] } as const;
    // Loss is never a hundred times better, so that every epoch after the phase's first counts as bad.
    const onLoss = { ...recipe, monitor: { metric: "val/loss", direction: "maximize" } } as const;
    await expect(run("plateau", onLoss, 6 * 4 + 2)).rejects.toThrow("interrupted");
    const { records, resumedAt } = await run("plateau", onLoss);
    expect(resumedAt).toEqual({ epoch: 5, step: 2 });
    expect(records.map(({ learningRates }) => learningRates[2])).toEqual([0.01, 0.01, 0.01, 0.005, 0.0025]);
  });

  it("keeps the last epoch when asked to", async () => {
    const { keptEpoch } = await run("last", { ...toyRecipe, keep: "last", phases: toyRecipe.phases.slice(0, 1) });
    expect(keptEpoch).toBe(1);
  });

  it("says so when the loss is no number, or the batch larger than the set or a single sample", async () => {
    const [, phase] = toyRecipe.phases;
    const wild = { ...phase!, learningRates: [1e20, 1e20, 1e20] as const };
    const { clipNorm: _, ...unclipped } = wild;
    await expect(run("wild", { ...toyRecipe, phases: [unclipped] })).rejects.toThrow(/loss became (NaN|Infinity)/);
    const huge = { ...phase!, batch: 101 };
    await expect(run("huge", { ...toyRecipe, phases: [huge] })).rejects.toThrow(
      'Phase "all" wants batches of 101 samples, and there are only 100 to train on.',
    );
    await expect(run("single", { ...toyRecipe, phases: [{ ...phase!, batch: 1 }] })).rejects.toThrow(
      'Phase "all" trains with batches of one sample, which batch norm cannot normalise.',
    );
  });
});
