import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findBrokenEntries, findLeftovers } from "../crash/whole-entries.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";
import { mountSmallDisk, noSmallDiskReason } from "../rig/small-disk.ts";

const pipeline = `version: 1
name: writing
stages:
  many:
    run: for i in $(seq 20); do head -c 20000 "$PIPE_INPUT_DATA" > "$PIPE_OUTPUT_ALL/$i" || exit 1; done
    inputs: { data: data.bin }
    outputs: { all: { kind: files, path: all } }
  one:
    run: cat "$PIPE_INPUT_ALL"/* > "$PIPE_OUTPUT_X"
    inputs: { all: "\${{ stages.many.outputs.all }}" }
    outputs: { x: { kind: file, path: x } }
`;
const args = ["run", "writing.yaml", "--no-mlflow"];
const files = { "writing.yaml": pipeline, "data.bin": "a".repeat(20_000) };
const sizeBytes = 4 << 20;

// In CI they are not skipped but fail where they cannot be made.
const isSkipped = noSmallDiskReason !== undefined && !process.env["CI"];
const reason = isSkipped ? `: ${noSmallDiskReason}` : "";

async function expectGood(project: ProjectRig): Promise<void> {
  const { code, stdout, stderr } = await project.pipe(args);
  expect(stdout + stderr).not.toContain("Internal error");
  expect(code).toBe(0);
  expect(await project.read("runs/latest/stages/one/outputs/x")).toBe("b".repeat(400_000));
  expect(await findBrokenEntries(project.folder)).toEqual([]);
  expect(await findLeftovers(project.folder)).toEqual([]);
}

describe.skipIf(isSkipped)(`a full disk${reason}`, () => {
  // By what still fits: nothing, a record of the run, a part of the outputs, the first stage but not the second.
  it.each([0, 16_384, 200_000, 800_000])(
    "with %i bytes free ends the run with a word, keeps what there was, and is no trouble once there is space",
    async (freeBytes) => {
      await using project = await createProject();
      using disk = mountSmallDisk(project.folder, sizeBytes);
      await project.write(files);
      expect((await project.pipe(args)).code).toBe(0);
      await project.write({ "data.bin": "b".repeat(20_000) });

      await disk.fill(freeBytes);
      const { code, stdout, stderr } = await project.pipe(args);
      expect(code).toBe(1);
      expect(stdout + stderr).toMatch(/The disk is full|No space left on device/);
      expect(await findBrokenEntries(project.folder)).toEqual([]);

      await rm(join(project.folder, "filler"));
      await expectGood(project);
    },
  );
});

describe.skipIf(isSkipped)(`a disk that may not be written to${reason}`, () => {
  it("can be planned on, and a run says what it may not write", async () => {
    await using project = await createProject();
    using disk = mountSmallDisk(project.folder, sizeBytes);
    await project.write(files);
    expect((await project.pipe(args)).code).toBe(0);
    {
      using _ = disk.protect();
      const plan = await project.pipe(["plan", "writing.yaml"]);
      expect(plan.stdout).toContain("0 to run, 2 cached");
      expect(plan.code).toBe(0);
      const { code, stderr } = await project.pipe(args);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^failed: No right to write or read: EROFS: read-only file system, mkdir '.*\/runs\/.*'\.$/m,
      );
    }
  });

  it.each([".pipe", ".pipe/cache", ".pipe/history"])(
    "in %s ends the run with a word, and is no trouble once it may",
    async (folder) => {
      await using project = await createProject();
      using disk = mountSmallDisk(project.folder, sizeBytes);
      await project.write(files);
      expect((await project.pipe(args)).code).toBe(0);
      await project.write({ "data.bin": "b".repeat(20_000) });
      {
        using _ = disk.protect(folder);
        const { code, stdout, stderr } = await project.pipe(args);
        expect(code).toBe(1);
        expect(stdout + stderr).toMatch(/read-only file system|file system is read-only/i);
        expect(stdout + stderr).not.toContain("Internal error");
      }
      await expectGood(project);
    },
  );
});
