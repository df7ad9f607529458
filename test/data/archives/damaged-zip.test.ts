import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createUnpackRig } from "./unpack-rig.ts";

/** Above the size up to which a file is unpacked in one go. */
const streamed = "random.Random(1).randbytes(17 << 20)";
const small = 'b"hello world" * 100';

describe.each([
  ["in this thread", 1],
  ["in another thread", 2],
])("a damaged zip, unpacked %s", (_where, numThreads) => {
  it.each([
    ["a stored file", "STORED", small],
    ["a deflated file", "DEFLATED", small],
    ["a large stored file", "STORED", streamed],
    ["a large deflated file", "DEFLATED", streamed],
  ])("is told by the CRC of %s, which is not kept", async (_what, method, content) => {
    await using rig = await createUnpackRig();
    const archive = rig.makeZip(
      `z.writestr("good", "good")\nz.writestr("d/bad", ${content}, zipfile.ZIP_${method}, 1)\nz.filelist[1].CRC ^= 1`,
    );
    await expect(rig.unpack(archive, { numThreads })).rejects.toMatchObject({
      name: "FailureError",
      failure: {
        cause: "input",
        message: `"d/bad" in ${archive} cannot be unpacked: its CRC does not match.`,
        hint: "The archive is damaged or of another format; get it again.",
      },
    });
    expect(await readdir(join(rig.target, "d"))).toEqual([]);
  });

  it.each([
    ["small", small],
    ["large", streamed],
  ])("is told by one flipped bit of a %s file", async (_size, content) => {
    await using rig = await createUnpackRig();
    const archive = rig.makeZip(`z.writestr("good", "good")\nz.writestr("bad", ${content}, zipfile.ZIP_STORED)`);
    const bytes = await readFile(archive);
    const at = bytes.indexOf("bad") + 500;
    bytes[at] = (bytes[at] as number) ^ 1;
    await writeFile(archive, bytes);
    await expect(rig.unpack(archive, { numThreads })).rejects.toThrow(/"bad" in .* its CRC does not match/);
    expect(await readdir(rig.target)).not.toContain("bad");
  });

  it("is told by deflated data that make no sense", async () => {
    await using rig = await createUnpackRig();
    const archive = rig.makeZip('z.writestr("good", "good")\nz.writestr("bad", "".join(map(str, range(9000))))');
    const bytes = await readFile(archive);
    bytes.fill(0xff, bytes.indexOf("bad") + 500, bytes.indexOf("bad") + 600);
    await writeFile(archive, bytes);
    await expect(rig.unpack(archive, { numThreads })).rejects.toMatchObject({
      failure: { cause: "input", message: expect.stringMatching(/"bad" in .* cannot be unpacked: /) },
    });
    expect(await readdir(rig.target)).not.toContain("bad");
  });
});

it.each([0.3, 0.9, 0.999])(
  "a zip that ends after %s of its bytes is refused before anything is written",
  async (part) => {
    await using rig = await createUnpackRig();
    const archive = rig.makeZip('for n in range(300): z.writestr(f"{n}.txt", str(n) * 500)');
    const { length } = await readFile(archive);
    await truncate(archive, Math.floor(length * part));
    await expect(rig.unpack(archive)).rejects.toThrow(/cannot be unpacked/);
    expect(await readdir(rig.target)).toEqual([]);
  },
);
