import { mkdir, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createUnpackRig, type UnpackRig } from "./unpack-rig.ts";

let rig: UnpackRig;
let folder: string;
beforeEach(async () => {
  rig = await createUnpackRig();
  folder = rig.folder;
});
afterEach(() => rig[Symbol.asyncDispose]());

const makeZip: UnpackRig["makeZip"] = (script) => rig.makeZip(script);
const unpack: UnpackRig["unpack"] = (archive, options) => rig.unpack(archive, options);

describe("unpacking a zip", () => {
  it("unpacks stored and deflated files, in folders, with progress to the last byte", async () => {
    const archive = makeZip(
      'z.writestr("a/b.txt", "x" * 100000)\nz.writestr("c.txt", "c", zipfile.ZIP_STORED)\nz.mkdir("empty")',
    );
    const seen: number[] = [];
    const names = await unpack(archive, { onProgress: ({ done }) => seen.push(done) });
    expect(names).toEqual(["a/b.txt", "c.txt"]);
    expect(await readFile(join(folder, "out", "a", "b.txt"), "utf8")).toBe("x".repeat(100_000));
    expect((await readdir(join(folder, "out"))).sort()).toEqual(["a", "c.txt", "empty"]);
    expect(seen.at(-1)).toBe(100_001);
  });

  it.each([
    ["a path that leads out", 'z.writestr("../evil.txt", "x")', /invalid relative path/],
    ["an absolute path", 'z.writestr("/evil.txt", "x")', /absolute path/],
    ["a link to an absolute path", 'link("l", "/etc")', /"l" is a link to "\/etc", an absolute path/],
    ["a link that leads out", 'link("d/l", "../../x")', /"d\/l" is a link to .*leads out of the folder/],
    ["a link that may lead out through another", 'link("d/up", ".."); link("l", "d/up/../x")', /down and up again/],
    ["a link whose content is large", 'link("l", "x" * 5000)', /"l" in .* more than 4096 bytes/],
    ["a link with a file in it", 'link("d", "."); z.writestr("d/x", "1")', /"d" is a file and a folder/],
    ["a file that is a folder too", 'z.writestr("a", "1"); z.writestr("a/b", "2")', /"a" is a file and a folder/],
    ["another method", 'z.writestr("a.txt", "1" * 99, zipfile.ZIP_BZIP2)', /"a\.txt" is packed by method 12/],
    ["an encrypted file", 'z.writestr("a.txt", "1"); z.filelist[0].flag_bits |= 1', /"a\.txt" is encrypted/],
    ["names equal but for case", 'z.writestr("A.txt", "1"); z.writestr("a.txt", "2")', /same file on some disks/],
  ])("refuses %s, and writes nothing", async (_what, script, message) => {
    await expect(unpack(makeZip(script))).rejects.toThrow(message);
    expect(await readdir(join(folder, "out"))).toEqual([]);
  });

  it("unpacks links within it as links, also over those of an earlier attempt", async () => {
    const archive = makeZip('z.writestr("d/a.txt", "a")\nlink("d/e/up", "../a.txt")\nlink("first", "d")');
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      expect(await unpack(archive)).toEqual(["d/a.txt"]);
      expect(await readlink(join(folder, "out", "d", "e", "up"))).toBe("../a.txt");
      expect(await readFile(join(folder, "out", "first", "e", "up"), "utf8")).toBe("a");
    }
  });

  it("refuses entries that share their bytes, as a bomb does", async () => {
    const bomb =
      'z.writestr("a", "0" * 10000); i = z.filelist[0]; z.filelist += [type("E", (zipfile.ZipInfo,), {})(f"b{n}") for n in range(50)]\nfor e in z.filelist[1:]: e.CRC, e.compress_size, e.file_size, e.header_offset, e.compress_type = i.CRC, i.compress_size + 100, i.file_size, i.header_offset, i.compress_type';
    await expect(unpack(makeZip(bomb))).rejects.toThrow(/overlap/);
  });

  it("refuses a bomb by its ratio", async () => {
    const bomb = 'z.writestr("a", bytes(70 * 1024 * 1024))';
    await expect(unpack(makeZip(bomb))).rejects.toThrow(
      /refused: its 71\.\d kB unpack to 73\.\d MB or more, over 200 times/,
    );
    expect(await readdir(join(folder, "out"))).toEqual([]);
  });

  it("gives no more bytes than a file claims to have", async () => {
    const liar =
      'z.writestr("a", "0" * 10000); z.close(); p = sys.argv[1]; b = open(p, "rb").read(); open(p, "wb").write(b.replace((10000).to_bytes(4, "little"), (9000).to_bytes(4, "little")))';
    await expect(unpack(makeZip(liar))).rejects.toThrow(/"a" in .* cannot be unpacked: /);
    expect(await readdir(join(folder, "out"))).toEqual([]);
  });

  it("unpacks files too large for one go", async () => {
    const archive = makeZip(
      'b = random.Random(1).randbytes(20 << 20)\nz.writestr("deflated", b)\nz.writestr("stored", b, zipfile.ZIP_STORED)',
    );
    expect(await unpack(archive)).toEqual(["deflated", "stored"]);
    const [deflated, stored] = await Promise.all(
      ["deflated", "stored"].map((name) => readFile(join(folder, "out", name))),
    );
    expect(deflated?.length).toBe(20 << 20);
    expect(deflated?.equals(stored as Buffer)).toBe(true);
  });

  it("keeps what an earlier attempt unpacked, and mends what it left half-done", async () => {
    const archive = makeZip(
      'z.writestr("whole", "1" * 1000)\nz.writestr("torn", "2" * 1000)\nz.writestr("wrong", "3" * 1000)',
    );
    await unpack(archive);
    const path = (name: string) => join(folder, "out", name);
    await writeFile(path("torn"), "2".repeat(400));
    await writeFile(path("wrong"), "4".repeat(1000));
    const before = await stat(path("whole"), { bigint: true });
    await unpack(archive);
    expect((await stat(path("whole"), { bigint: true })).mtimeNs).toBe(before.mtimeNs);
    expect(await readFile(path("torn"), "utf8")).toBe("2".repeat(1000));
    expect(await readFile(path("wrong"), "utf8")).toBe("3".repeat(1000));
  });

  it("gives the same files in one thread as in several", async () => {
    const archive = makeZip('for n in range(600): z.writestr(f"d{n % 7}/{n}.txt", str(n) * n)');
    const names = await unpack(archive, { numThreads: 1 });
    const single = await Promise.all(names.map((name) => readFile(join(folder, "out", name))));
    await rm(join(folder, "out"), { recursive: true });
    await mkdir(join(folder, "out"));
    expect(await unpack(archive, { numThreads: 3 })).toEqual(names);
    const several = await Promise.all(names.map((name) => readFile(join(folder, "out", name))));
    expect(several.every((content, index) => content.equals(single[index] as Buffer))).toBe(true);
  });

  it.each([1, 2])("stops when it is told to, with %s threads", async (numThreads) => {
    const archive = makeZip('for n in range(3000): z.writestr(f"{n}.txt", "x" * 5000)');
    const abort = new AbortController();
    const stopped = unpack(archive, {
      numThreads,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
    expect((await readdir(join(folder, "out"))).length).toBeLessThan(3000);
  });

  it("says that a file is no archive", async () => {
    await expect(unpack(join(import.meta.dirname, "unpack-zip.test.ts"))).rejects.toThrow(/cannot be unpacked/);
  });
});
