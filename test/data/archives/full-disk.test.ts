import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mountSmallDisk, noSmallDiskReason } from "../../rig/small-disk.ts";
import { createUnpackRig } from "./unpack-rig.ts";

// In CI they are not skipped but fail where they cannot be made.
const isSkipped = noSmallDiskReason !== undefined && !process.env["CI"];
const reason = isSkipped ? `: ${noSmallDiskReason}` : "";

describe.skipIf(isSkipped)(`unpacking to a disk that is too small${reason}`, () => {
  it("is not begun for a zip, whose sizes are known", async () => {
    await using rig = await createUnpackRig();
    const archive = rig.makeZip('z.writestr("a", random.randbytes(3 << 20))');
    using _disk = mountSmallDisk(rig.target, 1 << 20);
    await expect(rig.unpack(archive)).rejects.toMatchObject({
      failure: {
        cause: "disk",
        message: expect.stringMatching(/unpacking .*a\.zip needs 3\.1\d MB more, but .* has 1\.05 MB free/),
      },
    });
    expect(await readdir(rig.target)).toEqual([]);
  });

  it("ends with a word for a tar, and works once there is space", async () => {
    await using rig = await createUnpackRig();
    const archive = join(rig.folder, "a.tar.gz");
    execFileSync("sh", ["-c", "head -c 3000000 /dev/urandom > a && tar -czf a.tar.gz a"], { cwd: rig.folder });
    {
      using _disk = mountSmallDisk(rig.target, 1 << 20);
      await expect(rig.unpack(archive)).rejects.toMatchObject({
        failure: { cause: "disk", message: `No space left while unpacking ${archive} to ${rig.target}.` },
      });
    }
    expect(await rig.unpack(archive)).toEqual(["a"]);
  });
});
