import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { downloadFromHub, type HubRequest } from "../../src/services/huggingface.ts";
import { type StandInHub, startHub } from "./stand-in-hub.ts";
import { createTestClock } from "./test-clock.ts";

const weights = randomBytes(600_000);
const sha256 = createHash("sha256").update(weights).digest("hex");
const config = Buffer.from('{"architecture": "resnet34"}');

let folder: string;
let hub: StandInHub;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pipe-hub-"));
  hub = await startHub(
    {
      "timm/resnet34/main/model.safetensors": { content: weights, isLarge: true },
      "timm/resnet34/main/config.json": { content: config },
      "timm/gated/main/model.safetensors": { content: weights, isLarge: true, token: "hub-token" },
    },
    { "old/resnet34": "timm/resnet34" },
  );
});

afterEach(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("downloadFromHub", () => {
  it("puts the file into a folder named after its content, and asks nobody the second time", async () => {
    const path = await download({ sha256 });
    expect(path).toBe(join(folder, "store", sha256, "model.safetensors"));
    expect(readFileSync(path).equals(weights)).toBe(true);
    expect(readdirSync(join(folder, "store", sha256))).toEqual(["model.safetensors"]);
    const numRequests = hub.requests.length;
    expect(await download({ sha256 })).toBe(path);
    expect(hub.requests).toHaveLength(numRequests);
  });

  it("takes the hub's own sha256 when none is given", async () => {
    expect(await download({})).toBe(join(folder, "store", sha256, "model.safetensors"));
  });

  it("follows a repository that has moved", async () => {
    expect(readFileSync(await download({ repository: "old/resnet34" })).equals(weights)).toBe(true);
  });

  it("fetches small files, which the hub keeps itself", async () => {
    expect(readFileSync(await download({ file: "config.json" })).equals(config)).toBe(true);
  });

  it("keeps its token for the hub", async () => {
    await download({ repository: "timm/gated", token: "hub-token" });
    const seen = hub.requests.map(({ host, headers }) => [host, headers.authorization]);
    expect(new Set(seen.map(String))).toEqual(new Set(["hub,Bearer hub-token", "storage,"]));
  });

  it("finds the token that a login has left", async () => {
    mkdirSync(join(folder, ".cache/huggingface"), { recursive: true });
    writeFileSync(join(folder, ".cache/huggingface/token"), "hub-token\n");
    expect(readFileSync(await download({ repository: "timm/gated" })).equals(weights)).toBe(true);
  });

  it("goes on after a drop, and leaves nothing else behind", async () => {
    hub.drops.push(400_000);
    const path = await download({ sha256 });
    expect(readFileSync(path).equals(weights)).toBe(true);
    expect(hub.requests.filter(({ host }) => host === "storage").at(-1)?.headers.range).toMatch(/^bytes=[1-9]\d+-$/);
    expect(readdirSync(join(folder, "store", sha256))).toEqual(["model.safetensors"]);
  });

  it("goes on from what a process left that was killed", async () => {
    hub.drops.push(400_000);
    const interruption = new AbortController();
    const clock = { ...createTestClock(), sleep: async () => interruption.abort(new Error("interrupted")) };
    await expect(download({ sha256, signal: interruption.signal, clock })).rejects.toThrow("interrupted");
    const parent = join(folder, "store", sha256);
    const [left = ""] = readdirSync(parent);
    expect(left).toMatch(/^partial\..*\.free$/);
    // As if the process had not even lived to let go of its claim; no process has the number 4194305.
    renameSync(join(parent, left), join(parent, `partial.${hostname()}.4194305.1-0`));
    expect(readFileSync(await download({ sha256 })).equals(weights)).toBe(true);
    expect(hub.requests.at(-1)?.headers.range).toMatch(/^bytes=[1-9]\d+-$/);
    expect(readdirSync(parent)).toEqual(["model.safetensors"]);
  });

  it("serves several at once without a lock", async () => {
    const paths = await Promise.all([1, 2, 3].map(() => download({ sha256 })));
    expect(new Set(paths).size).toBe(1);
    expect(readFileSync(paths[0] ?? "").equals(weights)).toBe(true);
    expect(readdirSync(join(folder, "store", sha256))).toEqual(["model.safetensors"]);
  });

  it("rejects a file that is not what was asked for", async () => {
    await expect(download({ sha256: "a".repeat(64) })).rejects.toMatchObject({
      failure: { cause: "network", message: expect.stringContaining(`its sha256 is ${sha256}`) },
    });
  });

  it.each([
    [{ repository: "timm/gated" }, { cause: "refused", hint: expect.stringContaining("HF_TOKEN") }],
    [
      { repository: "timm/gated", token: "wrong" },
      { cause: "refused", hint: expect.stringContaining("accept its terms") },
    ],
    [
      { file: "modle.safetensors" },
      { cause: "configuration", message: expect.stringContaining("no such file: timm/resnet34/modle.safetensors") },
    ],
    [{ sha256: "abc" }, { cause: "configuration", message: '"abc" is not a sha256' }],
  ])("explains why %o fails", async (request, failure) => {
    await expect(download(request)).rejects.toMatchObject({ failure });
  });

  it("gives up on a hub that is not there, and says what would do without it", async () => {
    await hub.close();
    await expect(download({})).rejects.toMatchObject({
      failure: { cause: "network", hint: expect.stringContaining("sha256") },
    });
  });
});

async function download({ token, ...request }: Partial<HubRequest> & { token?: string }): Promise<string> {
  return await downloadFromHub({
    repository: "timm/resnet34",
    file: "model.safetensors",
    revision: "main",
    folder: join(folder, "store"),
    environment: { HF_ENDPOINT: hub.url, HF_TOKEN: token, HOME: folder },
    signal: new AbortController().signal,
    clock: createTestClock(),
    ...request,
  });
}
