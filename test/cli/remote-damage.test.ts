import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { locateS3 } from "../../src/cache/remote/s3-store.ts";
import { s3Python, startS3Server } from "../cache/s3-server.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";

const pipeline = `version: 1
name: three
stages:
  a: { run: 'seq 3000 > "$PIPE_OUTPUT_X"', outputs: { x: { kind: file, path: x.txt } } }
  b: { run: 'tail -1 "$PIPE_INPUT_X" > "$PIPE_OUTPUT_Y"', inputs: { x: "\${{ stages.a.outputs.x }}" }, outputs: { y: { kind: file, path: y.txt } } }
  c: { run: 'echo of its own > "$PIPE_OUTPUT_Z"', outputs: { z: { kind: file, path: z.txt } } }
`;

/** A remote cache whose objects can be reached behind its back. */
interface Remote extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  list(): Promise<string[]>;
  read(key: string): Promise<Buffer>;
  write(key: string, bytes: Uint8Array): Promise<void>;
}

async function openFolder(): Promise<Remote> {
  const project = await createProject();
  const listed = async (part: string) => (await project.list(part)).map((name) => `${part}/${name}`);
  return {
    env: { PIPE_REMOTE_CACHE: project.folder },
    list: async () => [...(await listed("entries")), ...(await listed("outputs"))],
    read: (key) => readFile(join(project.folder, key)),
    write: (key, bytes) => writeFile(join(project.folder, key), bytes),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

async function openBucket(): Promise<Remote> {
  const server = await startS3Server();
  const place = locateS3("s3://results", server.environment);
  const client = new S3Client({ ...place, endpoint: server.url, forcePathStyle: true });
  const at = (key: string) => ({ Bucket: place.bucket, Key: key });
  return {
    env: { ...server.environment, PIPE_REMOTE_CACHE: "s3://results" },
    async list() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: place.bucket }));
      return Contents.map(({ Key = "" }) => Key);
    },
    async read(key) {
      const { Body } = await client.send(new GetObjectCommand(at(key)));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    async write(key, bytes) {
      await client.send(new PutObjectCommand({ ...at(key), Body: bytes }));
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

function flipLastByte(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[bytes.length - 2] = (bytes.at(-2) as number) ^ 1;
  return flipped;
}

/** The object that holds the text. */
async function find(remote: Remote, folder: string, text: string): Promise<string> {
  for (const key of await remote.list())
    if (key.startsWith(folder) && (await remote.read(key)).includes(text)) return key;
  throw new Error(`no object of ${folder} holds ${text}`);
}

const ofOutput = (remote: Remote) => find(remote, "outputs/", "2999\n3000");
const ofManifest = (remote: Remote) => find(remote, "entries/", '"madeFor": "a"');

const damages = [
  { name: "a byte of an output", at: ofOutput, damage: flipLastByte },
  { name: "the end of an output", at: ofOutput, damage: (bytes: Buffer) => bytes.subarray(0, 9_000) },
  { name: "the end of a manifest", at: ofManifest, damage: (bytes: Buffer) => bytes.subarray(0, 200) },
  {
    name: "a parameter in a manifest",
    at: ofManifest,
    damage: (bytes: Buffer) => Buffer.from(bytes.toString("utf8").replaceAll("seq 3000", "seq 3001")),
  },
];

const missing = s3Python.type === "missing" ? ` (skipped: ${s3Python.reason})` : "";

describe.each([
  { place: "a folder", open: openFolder, isThere: true },
  { place: `a bucket of a real S3 server${missing}`, open: openBucket, isThere: missing === "" },
])("a remote cache in $place", { timeout: 240_000 }, ({ open, isThere }) => {
  it.runIf(isThere)("heals: what is damaged there costs its stage once, and no other", async () => {
    await using remote = await open();
    await using first = await createProject({ "p.yaml": pipeline });
    await first.pipe(["run", "p.yaml"], { env: remote.env });
    for (const { name, at, damage } of damages) {
      const key = await at(remote);
      const whole = await remote.read(key);
      await remote.write(key, damage(whole));
      await using second = await createProject({ "p.yaml": pipeline });
      const events = await second.events(["run", "p.yaml"], { env: remote.env });
      expect([name, outcomesOf(events)]).toEqual([name, { a: "executed", b: "cached", c: "cached" }]);
      const warnings = events.flatMap((event) =>
        event.type === "notice" && event.level === "warning" ? [event.text] : [],
      );
      expect(warnings).toEqual([
        expect.stringMatching(/ but not as it was made \(.*\); it is made here and replaced there$/),
      ]);
      if (key.startsWith("outputs/")) expect((await remote.read(key)).equals(whole)).toBe(true);
      await using third = await createProject({ "p.yaml": pipeline });
      const { stdout } = await third.pipe(["run", "p.yaml"], { env: remote.env });
      expect(stdout).toContain("3 cached");
      expect(stdout).not.toContain("warning");
    }
  });

  it.runIf(isThere)(
    "is mended by `pipe cache push`: at once where sizes tell, and by --compare byte by byte",
    async () => {
      await using remote = await open();
      await using project = await createProject({ "p.yaml": pipeline });
      await project.pipe(["run", "p.yaml"], { env: remote.env });
      const push = async (...options: string[]): Promise<string[]> => {
        const { code, stdout } = await project.pipe(["cache", "push", ...options], { env: remote.env });
        expect(code).toBe(0);
        return stdout
          .split("\n")
          .filter((line) => line.includes("was damaged"))
          .map((line) => line.slice(0, 2));
      };
      for (const { at, damage, name } of damages) {
        const key = await at(remote);
        const whole = await remote.read(key);
        await remote.write(key, damage(whole));
        const isSeenBySize = name !== "a byte of an output";
        expect([name, await push()]).toEqual([name, isSeenBySize ? ["a "] : []]);
        if (!isSeenBySize) expect(await push("--compare")).toEqual(["a "]);
        expect((await remote.read(key)).equals(whole)).toBe(true);
      }
      expect(await push("--compare")).toEqual([]);
    },
  );
});
