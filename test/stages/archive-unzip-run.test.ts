import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

const pipeline = `version: 1
name: unpack
stages:
  unzip: { uses: archive/unzip, with: { archive: all.zip } }
  read:
    run: cat "$PIPE_INPUT_FILES/latest/a.txt" "$PIPE_INPUT_FILES/2/b.txt" > "$PIPE_OUTPUT_ALL"
    inputs: { files: "\${{ stages.unzip.outputs.files }}" }
    outputs: { all: { kind: file, path: all } }
`;

/** Makes `all.zip` in the project with Python's zipfile. */
function makeZip({ folder }: ProjectRig, script: string): void {
  const prelude = `import stat, sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w")\ndef link(name, to):\n  i = zipfile.ZipInfo(name); i.create_system = 3; i.external_attr = (stat.S_IFLNK | 0o777) << 16; z.writestr(i, to)\n`;
  execFileSync("python3", ["-c", `${prelude}${script}\nz.close()`, join(folder, "all.zip")]);
}

it("keeps the links of an archive in the cache", async () => {
  await using project = await createProject({ "unpack.yaml": pipeline });
  makeZip(
    project,
    'z.writestr("1/a.txt", "a"); link("latest", "1"); z.writestr("2/.keep", ""); link("2/b.txt", "../1/a.txt")',
  );
  const run = ["run", "unpack.yaml", "--no-mlflow"];
  expect(outcomesOf(await project.events(run))).toEqual({ unzip: "executed", read: "executed" });
  expect(await project.read("runs/latest/stages/read/outputs/all")).toBe("aa");
  expect(outcomesOf(await project.events(run))).toEqual({ unzip: "cached", read: "cached" });
  const { code, stdout } = await project.pipe(["cache", "verify"]);
  expect([code, stdout]).toEqual([0, expect.not.stringContaining("damaged")]);
});

it("says that a damaged archive is to be fetched again before the command is run again", async () => {
  await using project = await createProject({ "unpack.yaml": pipeline });
  makeZip(project, 'z.writestr("a.txt", "a"); z.writestr("b.txt", "b"); z.filelist[1].CRC ^= 1');
  const { code, stdout } = await project.pipe(["run", "unpack.yaml", "--no-mlflow"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /failed unzip: "b\.txt" in \S*all\.zip cannot be unpacked: its CRC does not match\.\n {2}The archive/,
  );
  expect(stdout).toContain(
    "\nMend what is wrong, then run the same command again to go on from here; what is done stays done.\n",
  );
});
