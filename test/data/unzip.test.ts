import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unzip } from "../../src/data/unzip.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-unzip-"));
  await mkdir(join(folder, "out"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Makes an archive with Python's zipfile, which writes what it is told to. */
function makeZip(script: string): string {
  const path = join(folder, "a.zip");
  const prelude = `import sys, zipfile, stat\nz = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)\n`;
  execFileSync("python3", ["-W", "ignore", "-c", `${prelude}${script}\nz.close()`, path]);
  return path;
}

const unpack = (archive: string, signal = new AbortController().signal) =>
  unzip({ archive, target: join(folder, "out"), concurrency: 2, signal, onProgress: () => {} });

describe("unzip", () => {
  it("unpacks stored and deflated files, in folders, with progress to the last byte", async () => {
    const archive = makeZip(
      'z.writestr("a/b.txt", "x" * 100000)\nz.writestr("c.txt", "c", zipfile.ZIP_STORED)\nz.mkdir("empty")',
    );
    const seen: number[] = [];
    const signal = new AbortController().signal;
    const names = await unzip({
      archive,
      target: join(folder, "out"),
      concurrency: 2,
      signal,
      onProgress: ({ done }) => seen.push(done),
    });
    expect(names).toEqual(["a/b.txt", "c.txt"]);
    expect(await readFile(join(folder, "out", "a", "b.txt"), "utf8")).toBe("x".repeat(100_000));
    expect((await readdir(join(folder, "out"))).sort()).toEqual(["a", "c.txt", "empty"]);
    expect(seen.at(-1)).toBe(100_001);
  });

  it("reads zip64", async () => {
    const archive = makeZip('with z.open(zipfile.ZipInfo("big.txt"), "w", force_zip64=True) as f: f.write(b"big")');
    expect(await unpack(archive)).toEqual(["big.txt"]);
  });

  it.each([
    ["a path that leads out", 'z.writestr("../evil.txt", "x")', /invalid relative path/],
    ["an absolute path", 'z.writestr("/evil.txt", "x")', /absolute path/],
    [
      "a link",
      'i = zipfile.ZipInfo("l"); i.create_system = 3; i.external_attr = (stat.S_IFLNK | 0o777) << 16; z.writestr(i, "/etc")',
      /symbolic link/,
    ],
    ["a file that is a folder too", 'z.writestr("a", "1"); z.writestr("a/b", "2")', /"a" is a file and a folder/],
    ["an encrypted file", 'z.writestr("a.txt", "1"); z.filelist[0].flag_bits |= 1', /"a\.txt" is encrypted/],
    ["names equal but for case", 'z.writestr("A.txt", "1"); z.writestr("a.txt", "2")', /same file on some disks/],
  ])("refuses %s, and writes nothing", async (_what, script, message) => {
    await expect(unpack(makeZip(script))).rejects.toThrow(message);
    expect(await readdir(join(folder, "out"))).toEqual([]);
  });

  it("notices a damaged byte by the CRC, and keeps no damaged file", async () => {
    const damage =
      'z.writestr("a.txt", "hello world", zipfile.ZIP_STORED); z.close(); p = sys.argv[1]; b = bytearray(open(p, "rb").read()); b[b.index(b"hello")] ^= 1; open(p, "wb").write(b)';
    await expect(unpack(makeZip(damage))).rejects.toThrow(/CRC does not match/);
    expect(await readdir(join(folder, "out"))).toEqual([]);
  });

  it("refuses entries that share their bytes, as a bomb does", async () => {
    const bomb =
      'z.writestr("a", "0" * 10000); i = z.filelist[0]; z.filelist += [type("E", (zipfile.ZipInfo,), {})(f"b{n}") for n in range(50)]\nfor e in z.filelist[1:]: e.CRC, e.compress_size, e.file_size, e.header_offset, e.compress_type = i.CRC, i.compress_size + 100, i.file_size, i.header_offset, i.compress_type';
    await expect(unpack(makeZip(bomb))).rejects.toThrow(/overlap/);
  });

  it("says that a file is no archive", async () => {
    await expect(unpack(join(import.meta.dirname, "unzip.test.ts"))).rejects.toThrow(/cannot be unpacked/);
  });
});
