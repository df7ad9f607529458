import { execFileSync } from "node:child_process";
import { readdir, readFile, readlink, stat, truncate, writeFile } from "node:fs/promises";
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

const unpack: UnpackRig["unpack"] = (archive) => rig.unpack(archive);

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
    ["a link that leads out", 'add("d/l", type=tarfile.SYMTYPE, linkname="../../x")', /"d\/l" is a link .*leads out/],
    [
      "a link used as a folder",
      'add("l", type=tarfile.SYMTYPE, linkname="d"); add("l/a")',
      /"l" is a file and a folder/,
    ],
    [
      "a hard link that leads out",
      'add("l", type=tarfile.LNKTYPE, linkname="/etc/passwd")',
      /"l" is a hard link to "\/etc/,
    ],
    [
      "a hard link to a link",
      'add("s", type=tarfile.SYMTYPE, linkname="a"); add("l", type=tarfile.LNKTYPE, linkname="s")',
      /no file before it/,
    ],
    ["a device", 'add("d", type=tarfile.CHRTYPE)', /no file but a character-device/],
    ["names equal but for case", 'add("A.txt"); add("a.txt")', /same file on some disks/],
    ["names equal but for accents", 'add("\\u00e9"); add("e\\u0301")', /same file on some disks/],
    ["a backslash", 'add("a\\\\b")', /a name that disks read differently/],
    ["a file twice", 'add("a.txt"); add("a.txt")', /"a\.txt" is there twice/],
  ])("refuses %s", async (_what, script, message) => {
    await expect(unpack(makeTar("a.tar", script))).rejects.toMatchObject({
      failure: { cause: "input", message: expect.stringMatching(message), hint: expect.any(String) },
    });
  });

  it("unpacks links within it, symbolic ones as links and hard ones as copies", async () => {
    const links =
      'add("d/l", type=tarfile.SYMTYPE, linkname="../a.txt"); add("d/h", type=tarfile.LNKTYPE, linkname="./a.txt")';
    const archive = makeTar("a.tar", `add("a.txt", b"content"); ${links}`);
    expect(await unpack(archive)).toEqual(["a.txt", "d/h"]);
    expect(await readlink(join(rig.target, "d", "l"))).toBe("../a.txt");
    expect(await readFile(join(rig.target, "d", "l"), "utf8")).toBe("content");
    expect(await readFile(join(rig.target, "d", "h"), "utf8")).toBe("content");
    expect((await stat(join(rig.target, "a.txt"))).nlink).toBe(1);
  });

  it("counts what hard links come to", async () => {
    const links = 'for n in range(30): add(f"{n}", type=tarfile.LNKTYPE, linkname="a")';
    const archive = makeTar("a.tar.gz", `add("a", bytes(3 * 1024 * 1024))\n${links}`);
    await expect(unpack(archive)).rejects.toThrow(/refused: .* over 200 times/);
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
