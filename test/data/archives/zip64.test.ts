import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readZipDirectory } from "../../../src/data/archives/zip-directory.ts";
import { createUnpackRig } from "./unpack-rig.ts";

const gibibyte = 2 ** 30;

/** Makes a stored file of zeros of which the disk holds nothing: a hole in the archive. */
const addHole = `
def hole(name, size):
  i = zipfile.ZipInfo(name)
  i.file_size = i.compress_size = size
  i.CRC, i.header_offset = 0, z.fp.tell()
  z.fp.write(i.FileHeader(zip64=True))
  z.fp.seek(size, 1)
  z.start_dir = z.fp.tell()
  z.filelist.append(i)
  z.NameToInfo[name] = i
`;

/** Whether the archive ends as zip64 does: its end record (PK 6 6) and the locator of that (PK 6 7) before the classic end. */
async function endsAsZip64(archive: string): Promise<boolean> {
  const file = await open(archive);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(98), 0, 98, size - 98);
    const signatures = [0, 56, 76].map((at) => buffer.subarray(at, at + 4).toString("hex"));
    return signatures.join() === "504b0606,504b0607,504b0506";
  } finally {
    await file.close();
  }
}

it("reads more files than 65,535", async () => {
  await using rig = await createUnpackRig();
  const archive = rig.makeZip('for n in range(65600): z.writestr(f"{n % 9}/{n}", b"")\nz.writestr("last.txt", "last")');
  expect(await endsAsZip64(archive)).toBe(true);
  const { files, folders } = await readZipDirectory(archive);
  expect([files.length, folders.length]).toEqual([65_601, 9]);
  expect(await rig.unpack(archive, { isDone: (name) => name !== "last.txt" })).toEqual(["last.txt"]);
  expect(await readFile(join(rig.target, "last.txt"), "utf8")).toBe("last");
});

it("reads files larger than 4 GiB, and what lies behind them", async () => {
  await using rig = await createUnpackRig();
  const archive = rig.makeZip(
    `${addHole}hole("big.bin", 5 << 30)\nz.writestr("stored.txt", "stored", zipfile.ZIP_STORED)\nz.writestr("deflated.txt", "x" * 9000)`,
  );
  expect(await endsAsZip64(archive)).toBe(true);
  expect((await stat(archive)).blocks * 512).toBeLessThan(gibibyte);
  const { files } = await readZipDirectory(archive);
  expect(files.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
    ["big.bin", 5 * gibibyte],
    ["stored.txt", 6],
    ["deflated.txt", 9000],
  ]);
  expect(files[1]?.headerOffset).toBeGreaterThan(5 * gibibyte);
  expect(await rig.unpack(archive, { isDone: (name) => name === "big.bin" })).toEqual(["stored.txt", "deflated.txt"]);
  expect(await readFile(join(rig.target, "stored.txt"), "utf8")).toBe("stored");
  expect(await readFile(join(rig.target, "deflated.txt"), "utf8")).toBe("x".repeat(9000));
  expect((await readdir(rig.target)).sort()).toEqual(["deflated.txt", "stored.txt"]);
});
