import { spawn, spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Fingerprint, RunId, StageId } from "../../src/base/ids.ts";
import type { Attempt, Cache, ManifestDraft } from "../../src/cache/cache.ts";
import { createLocalCache } from "../../src/cache/local-cache.ts";
import { identifyProcess } from "../../src/util/process-identity.ts";

let folder: string;
let cache: Cache;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-cache-"));
  cache = createLocalCache(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const fingerprint = "f".repeat(64) as Fingerprint;
const outputs = { model: { kind: "files", path: "model", shape: "folder" } } as const;
const signal = new AbortController().signal;

const draft: ManifestDraft = {
  inputs: { version: 1, uses: "run", revision: 0, with: {}, run: "x", env: {}, inputs: {}, outputs: {}, runtime: {} },
  metrics: [
    { type: "metric", at: 5, name: "loss", value: 0.5, step: 0 },
    { type: "metric", at: 6, name: "loss", value: Number.NaN, step: 1 },
  ],
  files: ["model/a"],
  datasets: [],
  params: { lr: 0.1 },
  durationMs: 100,
  madeBy: "run" as RunId,
  madeFor: "train" as StageId,
  madeAt: 7,
  upstream: {},
};

async function begin(): Promise<Attempt> {
  return cache.begin(fingerprint, { signal });
}

async function writeModel(attempt: Attempt, content: string): Promise<void> {
  await mkdir(join(attempt.outputsFolder, "model"));
  await writeFile(join(attempt.outputsFolder, "model", "a"), content);
}

async function make(content: string): Promise<void> {
  const attempt = await begin();
  await writeModel(attempt, content);
  await attempt.commit(await attempt.seal(outputs), draft);
}

async function readModel(): Promise<string | undefined> {
  const found = await cache.lookup(fingerprint);
  return found.type === "hit" ? readFile(join(found.entry.outputsFolder, "model", "a"), "utf8") : undefined;
}

describe("a cache entry", () => {
  it("is there once it is committed, with what the stage told", async () => {
    expect(await cache.lookup(fingerprint)).toEqual({ type: "miss" });
    await make("weights");
    const found = await cache.lookup(fingerprint);
    expect(found).toMatchObject({ type: "hit", entry: { manifest: { ...draft, fingerprint } } });
    expect(await readModel()).toBe("weights");
  });

  it("is read-only, and yet its folder can be removed", async () => {
    await make("weights");
    const found = await cache.lookup(fingerprint);
    if (found.type !== "hit") throw new Error("no entry");
    const { mode } = await stat(join(found.entry.outputsFolder, "model", "a"));
    expect(mode & 0o222).toBe(0);
    await rm(join(folder, "cache"), { recursive: true });
  });

  it("keeps the executable bit of its files", async () => {
    const attempt = await begin();
    await writeModel(attempt, "#!/bin/sh");
    await chmod(join(attempt.outputsFolder, "model", "a"), 0o755);
    await attempt.seal(outputs);
    expect((await stat(join(attempt.outputsFolder, "model", "a"))).mode & 0o777).toBe(0o555);
    await attempt.discard();
  });

  it("stays what it was until a new one is committed, and its files stay for who reads them", async () => {
    await make("old");
    const old = await cache.lookup(fingerprint);
    const attempt = await begin();
    await writeModel(attempt, "new");
    expect(await readModel()).toBe("old");
    const sealed = await attempt.seal(outputs);
    expect(await readModel()).toBe("old");
    await attempt.commit(sealed, draft);
    expect(await readModel()).toBe("new");
    if (old.type !== "hit") throw new Error("no entry");
    expect(await readFile(join(old.entry.outputsFolder, "model", "a"), "utf8")).toBe("old");
  });

  it("is found out to be damaged when an output is gone", async () => {
    await make("weights");
    const found = await cache.lookup(fingerprint);
    if (found.type !== "hit") throw new Error("no entry");
    const path = join(found.entry.outputsFolder, "model");
    await rm(path, { recursive: true });
    expect(await cache.lookup(fingerprint)).toEqual({ type: "damaged", path });
  });

  it("is a miss when its manifest is cut short", async () => {
    await make("weights");
    const path = join(folder, "cache", fingerprint, "manifest.json");
    await writeFile(path, (await readFile(path, "utf8")).slice(0, 100));
    expect(await cache.lookup(fingerprint)).toEqual({ type: "miss" });
    await make("again");
    expect(await readModel()).toBe("again");
  });
});

describe("an attempt", () => {
  it("keeps its work folder for the next, and nothing else", async () => {
    const first = await begin();
    await writeFile(join(first.workFolder, "checkpoint"), "half");
    await writeModel(first, "garbage");
    await first.discard();
    const second = await begin();
    expect(await readFile(join(second.workFolder, "checkpoint"), "utf8")).toBe("half");
    expect(await readdir(second.outputsFolder)).toEqual([]);
    await writeModel(second, "weights");
    await second.commit(await second.seal(outputs), draft);
    expect(await readdir(join(folder, "work"))).toEqual([]);
  });

  it("waits for another of the same entry", async () => {
    const first = await begin();
    let waitedFor = 0;
    const second = cache.begin(fingerprint, { signal, onWait: ({ pid }) => (waitedFor = pid) });
    await expect.poll(() => waitedFor).toBe(process.pid);
    await first.discard();
    await (await second).discard();
  });

  it("stops waiting when it is interrupted", async () => {
    const first = await begin();
    const controller = new AbortController();
    const second = cache.begin(fingerprint, { signal: controller.signal, onWait: () => controller.abort("enough") });
    await expect(second).rejects.toBe("enough");
    await first.discard();
  });

  it("takes the place of one whose process is dead, and removes what it left", async () => {
    await make("old");
    const claim = await plantDeadOwner();
    const leftover = join(folder, "cache", fingerprint, "outputs-00000000");
    await mkdir(leftover);
    await mkdir(join(folder, "work", fingerprint, "outputs-11111111"), { recursive: true });
    const attempt = await begin();
    await expect(stat(claim)).rejects.toThrow("ENOENT");
    await expect(stat(leftover)).rejects.toThrow("ENOENT");
    expect(await readdir(join(folder, "work", fingerprint))).toHaveLength(2);
    await attempt.discard();
    expect(await readModel()).toBe("old");
  });

  it("that was killed is swept up by any later run, but for what can be gone on from", async () => {
    await plantDeadOwner();
    const work = join(folder, "work", fingerprint);
    await mkdir(join(work, "outputs-11111111"), { recursive: true });
    await mkdir(join(work, "kept"));
    await writeFile(join(work, "kept", "checkpoint"), "half");
    await cache.sweep({ isForced: false });
    expect(await readdir(work)).toEqual(["kept"]);
    await rm(join(work, "kept", "checkpoint"));
    await cache.sweep({ isForced: false });
    expect(await readdir(join(folder, "work"))).toEqual([]);
  });

  it("that was killed on the way to a new result is swept up whole, unless that is wanted still", async () => {
    await make("old");
    const work = join(folder, "work", fingerprint);
    await mkdir(join(work, "kept"), { recursive: true });
    await writeFile(join(work, "kept", "checkpoint"), "half");
    await cache.sweep({ isForced: true });
    expect(await readdir(work)).toEqual(["kept"]);
    await cache.sweep({ isForced: false });
    expect(await readdir(join(folder, "work"))).toEqual([]);
    expect(await readModel()).toBe("old");
  });

  it("is left alone by a sweep while it is at work", async () => {
    const attempt = await begin();
    await writeModel(attempt, "weights");
    await cache.sweep({ isForced: false });
    await attempt.commit(await attempt.seal(outputs), draft);
    expect(await readModel()).toBe("weights");
  });

  it("waits for the end of the stage that a dead runner has left at work", async () => {
    const stage = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
    const pid = stage.pid ?? 0;
    const work = join(folder, "work", fingerprint);
    await mkdir(work, { recursive: true });
    await writeFile(join(work, "process.json"), JSON.stringify(identifyProcess(pid)));
    let orphan = 0;
    const attempt = cache.begin(fingerprint, { signal, onOrphan: (found) => (orphan = found) });
    await expect.poll(() => orphan).toBe(pid);
    process.kill(pid, "SIGKILL");
    await (await attempt).discard();
  });
});

/** A claim of a process that has ended, as `kill -9` leaves it. */
async function plantDeadOwner(): Promise<string> {
  const { pid } = spawnSync("true");
  const owner = { ...identifyProcess(process.pid), pid };
  const locks = join(folder, "locks", fingerprint);
  const path = join(locks, "7");
  await mkdir(locks, { recursive: true });
  await rm(join(locks, "1"), { force: true });
  await writeFile(path, JSON.stringify({ state: "held", owner }));
  return path;
}
