import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { followLines } from "../../src/util/follow-lines.ts";

describe("followLines", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pipe-follow-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("gives lines as they come, however they are cut, and the rest at the end", async () => {
    const path = join(folder, "lines");
    await writeFile(path, "first\nsec");
    const lines: string[] = [];
    const follower = followLines(path, (line) => lines.push(line));
    await expect.poll(() => lines).toEqual(["first"]);
    // The two bytes of one letter come apart.
    const letter = Buffer.from("ö\n");
    await appendFile(path, letter.subarray(0, 1));
    await appendFile(path, letter.subarray(1));
    await expect.poll(() => lines).toEqual(["first", "secö"]);
    await appendFile(path, "cut");
    await follower.finish();
    expect(lines).toEqual(["first", "secö", "cut"]);
  });

  it("has all lines of a file far larger than what it reads at once", async () => {
    const path = join(folder, "lines");
    await writeFile(path, "");
    let numLines = 0;
    const follower = followLines(path, () => {
      numLines += 1;
    });
    const block = "a line of an event file, which is JSON there\n".repeat(10_000);
    for (let index = 0; index < 10; index++) await appendFile(path, block);
    await follower.finish();
    expect(numLines).toBe(100_000);
  });

  it("says at the end that there was nothing to read", async () => {
    const follower = followLines(join(folder, "absent"), () => {});
    await expect(follower.finish()).rejects.toMatchObject({ code: "ENOENT" });
  });
});
