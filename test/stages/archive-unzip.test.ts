import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ZipFile } from "yazl";
import { UnpackedRecord } from "../../src/data/archives/unpacked-record.ts";
import { archiveUnzip } from "../../src/stages/archive-unzip.ts";
import { createRecordingStage } from "./recording-stage.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-unzip-stage-"));
});
afterEach(() => rm(folder, { recursive: true }));

function zipOf(files: Readonly<Record<string, Buffer>>): NodeJS.ReadableStream {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(content, name);
  zip.end();
  return zip.outputStream;
}

/** Runs the stage on an archive of these files. */
async function unpack(files: Readonly<Record<string, Buffer>>, nested = true) {
  const archive = join(folder, "all.zip");
  await pipeline(zipOf(files), createWriteStream(archive));
  const stage = createRecordingStage({
    with: { archive, nested, max_ratio: 200 },
    ...{ folder, environment: {}, outputs: { files: "files/" } },
  });
  await archiveUnzip.run(stage as never);
  const names = await readdir(stage.output("files"), { recursive: true, withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return { stage, paths: paths.map((path) => relative(stage.output("files"), path)).sort() };
}

/** What an earlier attempt left in the work folder, by path. */
async function leave(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, "work", path)), { recursive: true });
    await writeFile(join(folder, "work", path), content);
  }
}

/** An archive in an archive, so many deep, around one file. */
async function wrap(depth: number): Promise<Record<string, Buffer>> {
  return depth === 0 ? { "a.txt": Buffer.from("a") } : { "in.zip": await buffer(zipOf(await wrap(depth - 1))) };
}

describe("archive/unzip", () => {
  it("unpacks archives inside, each into a folder of its name", async () => {
    const train = await buffer(zipOf({ "a_red.png": Buffer.from("red") }));
    const { stage, paths } = await unpack({ "train.zip": train, "train.csv": Buffer.from("Id,Target\n") });
    expect(paths).toEqual(["train.csv", "train/a_red.png"]);
    expect(await readFile(join(stage.output("files"), "train", "a_red.png"), "utf8")).toBe("red");
    expect(stage.metrics).toEqual({ "unzip/files": 2 });
  });

  it("keeps archives inside as they are on request", async () => {
    expect((await unpack(await wrap(1), false)).paths).toEqual(["in.zip"]);
  });

  it("takes an archive inside for unpacked when an earlier attempt has written that down, and counts its bytes", async () => {
    const train = await buffer(zipOf({ "a.png": Buffer.from("a"), "b.png": Buffer.from("b") }));
    await leave({ "files/train/a.png": "from the attempt before" });
    await new UnpackedRecord(join(folder, "work", "unpacked")).add("train.zip", 100_000_000);
    await expect(unpack({ "train.zip": train, "test.zip": train })).rejects.toThrow(/unpack to 100 MB or more/);
    await new UnpackedRecord(join(folder, "work", "unpacked")).add("train.zip", 23);
    const { stage, paths } = await unpack({ "train.zip": train, "test.zip": train });
    expect(paths).toEqual(["test/a.png", "test/b.png", "train/a.png"]);
    expect(await readFile(join(stage.output("files"), "train", "a.png"), "utf8")).toBe("from the attempt before");
  });

  it.each([
    ["nothing but the folder is there", {}],
    ["the note of it is torn", { "unpacked/train.zip": '{"bootId":"' }],
    ["the machine went down since", { "unpacked/train.zip": '{"bootId":"another","unpackedBytes":1}' }],
  ])("does not take an archive inside for unpacked when %s", async (_when, left) => {
    const train = await buffer(zipOf({ "a.png": Buffer.from("a"), "b.png": Buffer.from("b") }));
    await leave({ "files/train/a.png": "x", ...left });
    const { stage, paths } = await unpack({ "train.zip": train });
    expect(paths).toEqual(["train/a.png", "train/b.png"]);
    expect(await readFile(join(stage.output("files"), "train", "a.png"), "utf8")).toBe("a");
  });

  it("refuses a bomb in many parts, each of which is harmless", async () => {
    const part = await buffer(zipOf({ zeros: Buffer.alloc(30 * 1024 * 1024) }));
    await expect(unpack({ "1.zip": part, "2.zip": part, "3.zip": part })).rejects.toMatchObject({
      failure: {
        cause: "input",
        message: expect.stringMatching(/all\.zip is refused: its \d.* unpack to 94\.\d MB or more, over 200 times/),
      },
    });
    expect((await readdir(join(folder, "work", "files"))).sort()).toEqual(["1", "2", "3", "3.zip"]);
  });

  it("refuses archives inside that would unpack to the place of others", async () => {
    const inner = await buffer(zipOf({ "a.png": Buffer.from("a") }));
    await expect(unpack({ "train.zip": inner, "train/b.png": Buffer.from("b") })).rejects.toMatchObject({
      failure: { cause: "input", message: expect.stringContaining('"train.zip" and "train/b.png"') },
    });
  });

  it("goes three archives deep and no deeper, as one that holds itself would never end", async () => {
    expect((await unpack(await wrap(3))).paths).toEqual(["in/in/in/a.txt"]);
    await rm(join(folder, "outputs"), { recursive: true });
    await expect(unpack(await wrap(4))).rejects.toMatchObject({
      failure: { cause: "input", message: expect.stringContaining("more than 3 deep"), hint: expect.any(String) },
    });
  });
});
