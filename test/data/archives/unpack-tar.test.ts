import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBudget } from "../../../src/data/archives/size-limits.ts";
import { unpackArchive } from "../../../src/data/archives/unpack-archive.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-untar-"));
  await mkdir(join(folder, "out"));
});
afterEach(() => rm(folder, { recursive: true }));

const compressors = { "a.tar": undefined, "a.tar.gz": "gzip", "a.tar.zst": "zstd" } as const;

/** Makes an archive with Python's tarfile, which writes what it is told to, and packs it with the real program. */
function makeTar(name: keyof typeof compressors, script: string): string {
  const path = join(folder, "plain.tar");
  const prelude =
    'import io, sys, tarfile\nt = tarfile.open(sys.argv[1], "w", format=tarfile.PAX_FORMAT)\ndef add(name, data=b"x", **more):\n  i = tarfile.TarInfo(name); i.size = len(data) if not more else 0\n  for k, v in more.items(): setattr(i, k, v)\n  t.addfile(i, io.BytesIO(data))\n';
  execFileSync("python3", ["-c", `${prelude}${script}\nt.close()`, path]);
  const program = compressors[name];
  if (program === undefined) return path;
  const packed = join(folder, name);
  execFileSync("sh", ["-c", `${program} -c plain.tar > ${name}`], { cwd: folder });
  return packed;
}

const unpack = async (archive: string) =>
  unpackArchive({
    ...{ archive, target: join(folder, "out"), numThreads: 2, budget: await openBudget(archive, 200) },
    ...{ signal: new AbortController().signal, onProgress: () => {} },
  });

describe("unpacking a tar", () => {
  it.each(Object.keys(compressors) as (keyof typeof compressors)[])("unpacks %s", async (name) => {
    const longName = `./deep/${"n".repeat(150)}.txt`;
    const archive = makeTar(
      name,
      `import random\nadd("./a/b.txt", random.Random(1).randbytes(3000000))\nadd("${longName}", b"long")\nadd("empty", type=tarfile.DIRTYPE)`,
    );
    expect(await unpack(archive)).toEqual(["a/b.txt", longName.slice(2)]);
    expect(await readFile(join(folder, "out", longName), "utf8")).toBe("long");
    expect((await readdir(join(folder, "out"))).sort()).toEqual(["a", "deep", "empty"]);
    const script = "import random,sys; sys.stdout.buffer.write(random.Random(1).randbytes(3000000))";
    const expected = execFileSync("python3", ["-c", script], { maxBuffer: 4_000_000 });
    expect((await readFile(join(folder, "out", "a", "b.txt"))).equals(expected)).toBe(true);
  });

  it.each([
    ["a path that leads out", 'add("../evil.txt")', /"\.\.\/evil\.txt" leads out/],
    ["an absolute path", 'add("/evil.txt")', /"\/evil\.txt" is an absolute path/],
    ["a link", 'add("l", type=tarfile.SYMTYPE, linkname="/etc")', /"l" is no file but a symlink/],
    ["a hard link", 'add("l", type=tarfile.LNKTYPE, linkname="/etc/passwd")', /"l" is no file but a link/],
    ["a device", 'add("d", type=tarfile.CHRTYPE)', /no file but a character-device/],
    ["names equal but for case", 'add("A.txt"); add("a.txt")', /same file on some disks/],
    ["a file twice", 'add("a.txt"); add("a.txt")', /"a\.txt" is there twice/],
  ])("refuses %s", async (_what, script, message) => {
    await expect(unpack(makeTar("a.tar", script))).rejects.toMatchObject({
      failure: { cause: "input", message: expect.stringMatching(message), hint: expect.any(String) },
    });
  });

  it("refuses a bomb", async () => {
    const bomb = makeTar("a.tar.gz", 'add("zeros", bytes(70 * 1024 * 1024))');
    await expect(unpack(bomb)).rejects.toThrow(/unpack to 73\.\d MB or more, over 200 times/);
  });

  it.each(Object.keys(compressors) as (keyof typeof compressors)[])("notices that %s ends too early", async (name) => {
    const archive = makeTar(name, 'import random\nadd("a.txt", random.Random(2).randbytes(400000))');
    await truncate(archive, 200_000);
    await expect(unpack(archive)).rejects.toThrow(/cannot be unpacked/);
  });

  it.each(["a.tar.gz", "a.tar.zst"] as const)("notices damage in %s", async (name) => {
    const archive = makeTar(name, 'add("a.txt", "".join(str(n) for n in range(100000)).encode())');
    const bytes = await readFile(archive);
    for (let at = 1000; at < 1100; at += 1) bytes[at] = 0x55;
    await writeFile(archive, bytes);
    await expect(unpack(archive)).rejects.toThrow(/cannot be unpacked/);
  });

  it("begins anew where an attempt was broken off", async () => {
    await writeFile(join(folder, "out", "left-over"), "x");
    await unpack(makeTar("a.tar", 'add("a.txt")'));
    expect(await readdir(join(folder, "out"))).toEqual(["a.txt"]);
  });
});
