import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCheckpoints } from "../../../src/training/checkpoints/checkpoint-store.ts";
import { initialState } from "../../../src/training/loop/state.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pipe-checkpoints-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const arraysOf = (value: number) => new Map([["w", { shape: [2], values: Float32Array.of(value, value + 0.5) }]]);
const momentAt = (step: number) => ({ state: { ...initialState, step }, arrays: arraysOf(step), optimizerCount: step });

describe("checkpoints", () => {
  it("gives nothing before the first, then always the newest, and keeps no older one", async () => {
    const store = await openCheckpoints(folder);
    expect(await store.load()).toBeUndefined();
    await store.save(momentAt(1));
    await store.save(momentAt(2));
    const reopened = await openCheckpoints(folder);
    expect(await reopened.load()).toEqual(momentAt(2));
    expect(readdirSync(folder).sort()).toEqual(["2-training.safetensors", "checkpoint.json"]);
  });

  it("keeps some epochs' weights until others take their place", async () => {
    const store = await openCheckpoints(folder);
    await store.save(momentAt(1), { added: new Map([["epoch-1", arraysOf(10)]]), kept: ["epoch-1"] });
    await store.save(momentAt(2));
    const reopened = await openCheckpoints(folder);
    expect(await reopened.loadWeights("epoch-1")).toEqual(arraysOf(10));
    await reopened.save(momentAt(3), { added: new Map([["epoch-2", arraysOf(20)]]), kept: ["epoch-1", "epoch-2"] });
    await reopened.save(momentAt(4), { added: new Map([["ema-3", arraysOf(30)]]), kept: ["epoch-2", "ema-3"] });
    const last = await openCheckpoints(folder);
    expect([await last.loadWeights("epoch-2"), await last.loadWeights("ema-3")]).toEqual([arraysOf(20), arraysOf(30)]);
    await expect(last.loadWeights("epoch-1")).rejects.toThrow("no weights are kept as epoch-1");
    expect(readdirSync(folder)).toHaveLength(4);
  });

  it("takes no notice of what a crash left half written", async () => {
    const store = await openCheckpoints(folder);
    await store.save(momentAt(1));
    writeFileSync(join(folder, "2-training.safetensors"), "half");
    const reopened = await openCheckpoints(folder);
    expect(await reopened.load()).toEqual(momentAt(1));
    await reopened.save(momentAt(2));
    expect(await (await openCheckpoints(folder)).load()).toEqual(momentAt(2));
  });
});
