import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limitBandwidth } from "../../src/services/bandwidth.ts";
import { type DownloadRequest, downloadFile } from "../../src/services/download.ts";
import { KaggleClient } from "../../src/services/kaggle/client.ts";
import { type KaggleServer, type RecordedRequest, startKaggleServer } from "../kaggle-server/server.ts";
import { createTestClock, type TestClock } from "./test-clock.ts";

const slug = "cells";
const sizeBytes = 1_000_000;

const firstBytes = makeBytes("first", sizeBytes);

let folder: string;
let server: KaggleServer;
let clock: TestClock;
let notices: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pipe-download-"));
  writeFileSync(serverFile(), firstBytes);
  server = await startKaggleServer({ competitions: [{ slug, archive: serverFile() }] });
  clock = createTestClock();
  notices = [];
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("downloadFile", () => {
  it("puts the checked file in place and leaves no part behind", async () => {
    const received: number[] = [];
    const result = await download({ onProgress: (progress) => received.push(progress.receivedBytes) });
    expectComplete();
    expect(result.digests.md5).toBe(createHash("md5").update(readFileSync(serverFile())).digest("hex"));
    expect(received.at(-1)).toBe(sizeBytes);
    expect(() => statSync(partPath())).toThrow();
    expect(() => statSync(`${partPath()}.json`)).toThrow();
    expect(clock.sleepsMs).toEqual([]);
  });

  it("sends no credentials to the storage host", async () => {
    await download();
    expect(storageRequests().map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(server.requests.find(({ host }) => host === "api")?.headers.authorization).toMatch(/^Bearer /);
  });

  it("goes on where a dropped connection stopped, each time from a fresh address", async () => {
    server.faults.inject("download", { type: "drop", afterBytes: 300_000 }, { type: "drop", afterBytes: 200_000 });
    await download();
    expectComplete();
    const [first, second, third] = storageRequests();
    expect(first?.headers.range).toBeUndefined();
    const [secondStart, thirdStart] = [rangeStart(second), rangeStart(third)];
    // What was still on its way through this process when the connection broke is asked for again.
    expect(secondStart).toBeGreaterThan(300_000 - inFlight);
    expect(secondStart).toBeLessThanOrEqual(300_000);
    expect(thirdStart).toBeGreaterThan(secondStart + 200_000 - inFlight);
    expect(thirdStart).toBeLessThanOrEqual(secondStart + 200_000);
    expect(second?.headers["if-range"]).toBe(`"${createHash("md5").update(readFileSync(serverFile())).digest("hex")}"`);
    expect(server.requests.filter(({ method }) => method === "DownloadDataFiles")).toHaveLength(3);
  });

  it("does not give up while every attempt brings something", async () => {
    const drops = Array.from({ length: 6 }, () => ({ type: "drop", afterBytes: 150_000 }) as const);
    server.faults.inject("download", ...drops);
    await download({ policy: quickPolicy });
    expectComplete();
    expect(storageRequests().length).toBeGreaterThan(2 * quickPolicy.maxAttempts);
  });

  it("starts over when the server ignores the range", async () => {
    server.faults.inject("download", { type: "drop", afterBytes: 300_000 }, { type: "ignore-range" });
    await download();
    expectComplete();
  });

  it("takes the new file, whole, when the file changed between two attempts", async () => {
    server.faults.inject("download", { type: "drop", afterBytes: 300_000 });
    await download({ onNotice: () => writeFileSync(serverFile(), makeBytes("second", 700_000)) });
    expectComplete();
    expect(storageRequests()[1]?.headers["if-range"]).not.toBeUndefined();
  });

  it.each([
    [{ type: "other-etag" }, /starting over: the file changed on the server/],
    [{ type: "shifted-range", by: 1000 }, /starting over: the server sent bytes from \d+, not \d+/],
  ] as const)("splices nothing when a part comes with fault %o", async (fault, notice) => {
    server.faults.inject("download", { type: "drop", afterBytes: 300_000 }, fault);
    await download();
    expectComplete();
    expect(notices.join("\n")).toMatch(notice);
    expect(notices.join("\n")).not.toMatch(/damaged/);
    expect(storageRequests().at(-1)?.headers.range).toBeUndefined();
  });

  it("asks for a fresh address when the signed one has expired", async () => {
    server.faults.inject("download", { type: "drop", afterBytes: 300_000 }, { type: "expire" });
    await download();
    expectComplete();
    const [first, second, third] = storageRequests();
    expect(first?.headers.range).toBeUndefined();
    expect(second?.headers.range).toMatch(/^bytes=\d+-$/);
    expect(third?.headers.range).toBe(second?.headers.range);
    expect(third?.path).not.toBe(second?.path);
  });

  it("fails when fresh addresses are refused too", async () => {
    server.faults.inject("download", { type: "expire" }, { type: "expire" }, { type: "expire" });
    await expect(download()).rejects.toMatchObject({
      failure: { cause: "refused", message: expect.stringContaining("400") },
    });
  });

  it("waits as long as the server asks, in seconds or until a date", async () => {
    const date = new Date(clock.now() + 7_000 + 90_000).toUTCString();
    server.faults.inject(
      "download",
      { type: "status", status: 429, headers: { "retry-after": "7" } },
      { type: "status", status: 503, headers: { "retry-after": date } },
    );
    await download();
    expectComplete();
    expect(clock.sleepsMs).toEqual([7_000, 90_000]);
  });

  it("backs off, further each time, after 500, 502 and 408, and by far more after 429", async () => {
    server.faults.inject("download", ...[500, 502, 408, 429].map((status) => ({ type: "status", status }) as const));
    await download();
    expectComplete();
    expect(clock.sleepsMs).toEqual([1_000, 2_000, 4_000, 80_000]);
  });

  it("does not wait for hours", async () => {
    server.faults.inject("download", { type: "status", status: 429, headers: { "retry-after": "86400" } });
    await expect(download()).rejects.toMatchObject({ failure: { cause: "network" } });
    expect(clock.sleepsMs).toEqual([]);
  });

  it("notices a body that ended early without a word", async () => {
    server.faults.inject("download", { type: "truncate", afterBytes: 400_000 });
    await download();
    expectComplete();
    expect(notices.join("\n")).toMatch(/damaged/);
  });

  it("notices one flipped bit", async () => {
    server.faults.inject("download", { type: "corrupt", at: 654_321 });
    await download();
    expectComplete();
    expect(notices.join("\n")).toMatch(/its md5 is/);
  });

  it("goes by the checksum of the storage where it has no md5", async () => {
    await server.close();
    server = await startKaggleServer({ competitions: [{ slug, archive: serverFile(), isComposite: true }] });
    server.faults.inject("download", { type: "corrupt", at: 654_321 });
    await download();
    expectComplete();
    expect(notices.join("\n")).toMatch(/its crc32c is/);
  });

  it("notices a flipped bit in what an earlier attempt left", async () => {
    server.faults.inject("download", { type: "drop", afterBytes: 300_000 });
    await expect(download({ policy: { ...quickPolicy, maxAttempts: 1 } })).rejects.toMatchObject({
      failure: { cause: "network" },
    });
    const part = readFileSync(partPath());
    part[1234] = (part[1234] ?? 0) ^ 1;
    writeFileSync(partPath(), part);
    await download();
    expectComplete();
    expect(notices.join("\n")).toMatch(/damaged/);
  });

  it("fails when the file arrives damaged every time", async () => {
    server.faults.inject("download", ...[1, 2, 3].map((at) => ({ type: "corrupt", at }) as const));
    await expect(download()).rejects.toMatchObject({
      failure: { cause: "network", message: expect.stringContaining("damaged 3 times") },
    });
    expect(() => statSync(targetPath())).toThrow();
  });

  it("gives a silent connection up and goes on", async () => {
    server.faults.inject("download", { type: "stall", afterBytes: 300_000 });
    await download({ idleTimeoutMs: 2_000 });
    expectComplete();
    expect(notices.join("\n")).toMatch(/sent nothing for 2 s/);
  });

  it("keeps its part when it is interrupted, and goes on from there the next time", async () => {
    const interruption = new AbortController();
    server.faults.inject("download", { type: "stall", afterBytes: 300_000 });
    const interrupted = download({
      signal: interruption.signal,
      onProgress: ({ receivedBytes }) => {
        if (receivedBytes === 300_000) interruption.abort(new Error("interrupted by the user"));
      },
    });
    await expect(interrupted).rejects.toThrow("interrupted by the user");
    expect(statSync(partPath()).size).toBe(300_000);
    await download();
    expectComplete();
    expect(storageRequests()[1]?.headers.range).toBe("bytes=300000-");
  });

  it("fetches nothing when only the last step was missing", async () => {
    server.faults.inject("download", { type: "drop", afterBytes: 300_000 });
    await expect(download({ policy: { ...quickPolicy, maxAttempts: 1 } })).rejects.toThrow();
    writeFileSync(partPath(), readFileSync(serverFile()));
    await download();
    expectComplete();
    expect(storageRequests()).toHaveLength(1);
  });

  it("throws a part away that is longer than the file", async () => {
    server.faults.inject("download", { type: "drop", afterBytes: 300_000 });
    await expect(download({ policy: { ...quickPolicy, maxAttempts: 1 } })).rejects.toThrow();
    truncateSync(partPath(), sizeBytes + 10);
    await download();
    expectComplete();
  });

  it("comes no faster than its bandwidth, also after a drop, and hardly slower", async () => {
    server.faults.inject("download", { type: "drop", afterBytes: 400_000 });
    const bytesPerSecond = 100_000;
    const startMs = clock.now();
    const early: number[] = [];
    let numBefore = 0;
    await download({
      bandwidth: limitBandwidth(bytesPerSecond, clock),
      onProgress({ receivedBytes }) {
        // A tenth of a second may be made up for, and a wait too short for a timer left to the next.
        const allowedBytes = ((clock.now() - startMs + 100 + 20) / 1000) * bytesPerSecond;
        if (numBefore > allowedBytes) early.push(numBefore - allowedBytes);
        numBefore = receivedBytes;
      },
    });
    expectComplete();
    expect(early).toEqual([]);
    const [seconds, retries] = [(clock.now() - startMs) / 1000, notices.length];
    expect(retries).toBe(1);
    // The retry waits for a second, and what was on its way when the connection broke comes twice.
    expect(seconds).toBeLessThan((sizeBytes + inFlight) / bytesPerSecond + retries);
  });

  it("ends a wait for its bandwidth when it is interrupted, and goes on from there", async () => {
    const interruption = new AbortController();
    const held = {
      ...clock,
      async sleep(_: number, signal: AbortSignal) {
        interruption.abort(new Error("Ctrl-C"));
        signal.throwIfAborted();
      },
    };
    const options = { bandwidth: limitBandwidth(1_000, held), signal: interruption.signal };
    await expect(download(options)).rejects.toThrow("Ctrl-C");
    await download();
    expectComplete();
    expect(rangeStart(storageRequests().at(-1))).toBeGreaterThan(0);
  });

  it("does not wait for hours when the clock is set back", async () => {
    let setBackMs = 0;
    const bandwidth = limitBandwidth(100_000, { ...clock, now: () => clock.now() - setBackMs });
    await download({
      bandwidth,
      onProgress: ({ receivedBytes }) => (setBackMs = receivedBytes > 500_000 ? 3_600_000 : 0),
    });
    expectComplete();
    expect(clock.sleepsMs.reduce((sum, sleepMs) => sum + sleepMs, 0)).toBeLessThan(20_000);
  });

  it("checks the disk before it writes", async () => {
    const tooSmall = download({ freeBytes: async () => 1_000_000 });
    await expect(tooSmall).rejects.toMatchObject({
      failure: { cause: "disk", message: expect.stringMatching(/needs 1\.00 MB more, but .* has 1\.00 MB free/) },
    });
    expect(statSync(partPath()).size).toBe(0);
  });

  it("says what is kept when it gives up", async () => {
    server.faults.inject("download", { type: "drop", afterBytes: 300_000 });
    server.faults.inject("download", ...Array.from({ length: 3 }, () => ({ type: "status", status: 503 }) as const));
    await expect(download({ policy: quickPolicy })).rejects.toMatchObject({
      failure: { cause: "network", hint: expect.stringMatching(/after the [123]\d\d kB/) },
    });
  });

  it("has more patience with a line that has worked than with one that never did", async () => {
    const down = (numTimes: number) => Array.from({ length: numTimes }, () => ({ type: "drop" }) as const);
    server.faults.inject("download", { type: "drop", afterBytes: 300_000 }, ...down(38));
    await download();
    expectComplete();
    const minutes = clock.sleepsMs.reduce((sum, sleepMs) => sum + sleepMs, 0) / 60_000;
    expect(minutes).toBeGreaterThan(30);
    rmSync(targetPath());
    server.faults.inject("download", ...down(9));
    await expect(download()).rejects.toMatchObject({ failure: { cause: "network" } });
    expect(server.faults.numWaiting).toBe(0);
  });

  it("rejects a file that is not the expected one", async () => {
    const expected = { sha256: "0".repeat(64) };
    await expect(download({ expected })).rejects.toMatchObject({
      failure: { message: expect.stringContaining("sha256") },
    });
  });
});

const quickPolicy = { maxAttempts: 3, firstDelayMs: 10, maxDelayMs: 10, maxRetryAfterMs: 1_000 };

async function download(options: Partial<DownloadRequest> = {}) {
  const signal = options.signal ?? new AbortController().signal;
  const environment = { KAGGLE_API_ENDPOINT: server.url, KAGGLE_API_TOKEN: server.credentials.token, HOME: folder };
  const client = new KaggleClient({ environment, clock, signal, onNotice: (text) => notices.push(text) });
  return await downloadFile({
    what: "the archive",
    address: async () => ({ url: await client.locate("DownloadDataFiles", { competitionName: slug }) }),
    target: targetPath(),
    part: partPath(),
    clock,
    signal,
    ...options,
    onNotice(text) {
      notices.push(text);
      options.onNotice?.(text);
    },
  });
}

function expectComplete(): void {
  expect(readFileSync(targetPath()).equals(readFileSync(serverFile()))).toBe(true);
  expect(server.faults.numWaiting).toBe(0);
}

/** More than the buffers between a socket and the disk hold. */
const inFlight = 200_000;

function rangeStart(request: RecordedRequest | undefined): number {
  return Number(/^bytes=(\d+)-$/.exec(request?.headers.range ?? "")?.[1]);
}

function storageRequests() {
  return server.requests.filter(({ host }) => host === "storage");
}

function serverFile(): string {
  return join(folder, "on-the-server.zip");
}

function targetPath(): string {
  return join(folder, "archive.zip");
}

function partPath(): string {
  return join(folder, "archive.zip.part");
}

/** Bytes without any pattern that a splice could hide in. */
function makeBytes(seed: string, numBytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let index = 0; index * 32 < numBytes; index++) {
    blocks.push(createHash("sha256").update(`${seed} ${index}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, numBytes);
}
