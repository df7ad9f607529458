import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { linkOrCopy, linkOrCopySync } from "../../src/util/link-or-copy.ts";
import { mountSmallDisk, noSmallDiskReason } from "../rig/small-disk.ts";

const isSkipped = noSmallDiskReason !== undefined && !process.env["CI"];
const reason = isSkipped ? `: ${noSmallDiskReason}` : "";

let folder: string;
let source: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-link-"));
  source = join(folder, "source");
  await writeFile(source, "content");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ["linkOrCopy", linkOrCopy],
  ["linkOrCopySync", linkOrCopySync],
])("%s", (_name, give) => {
  it("gives a file a second name", async () => {
    await give(source, join(folder, "target"));
    expect((await stat(join(folder, "target"))).ino).toBe((await stat(source)).ino);
  });

  it.skipIf(isSkipped)(`copies onto another disk${reason}`, async () => {
    const other = await mkdtemp(join(folder, "disk-"));
    using _disk = mountSmallDisk(other, 65_536);
    await give(source, join(other, "target"));
    expect(await readFile(join(other, "target"), "utf8")).toBe("content");
    expect((await stat(join(other, "target"))).nlink).toBe(1);
  });

  it("throws where there is nothing", async () => {
    await expect(async () => give(join(folder, "nothing"), join(folder, "target"))).rejects.toThrow("ENOENT");
  });
});
