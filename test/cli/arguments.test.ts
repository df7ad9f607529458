import { describe, expect, it } from "vitest";
import { createProject } from "../rig/project.ts";

const empty = `version: 1\nname: one\nstages: { one: { run: "true" } }\n`;

describe("a command line that is wrong", () => {
  it.each([
    { args: ["rnu", "one.yaml"], says: 'error PIPE301 pipe has no command "rnu"\nDid you mean "run"?\n' },
    { args: ["one.yaml"], says: 'error PIPE301 pipe has no command "one.yaml"\nDid you mean: pipe run one.yaml\n' },
    {
      args: ["run", "one.yaml", "--tagret", "one"],
      says: "error PIPE302 pipe run has no option --tagret\nDid you mean --target? See: pipe help run\n",
    },
    { args: ["run"], says: "error PIPE304 pipe run needs FILE\nUsage: pipe run FILE\n" },
    {
      args: ["run", "one.yaml", "--force", "one"],
      says: 'error PIPE304 pipe run does not know what to do with "one"\nUsage: pipe run FILE. To force one stage: --force=one\n',
    },
    {
      args: ["run", "one.yaml", "--target"],
      says: "error PIPE303 --target needs a value\nWrite --target STAGE.\n",
    },
    { args: ["run", "one.yaml", "--json=yes"], says: 'error PIPE303 --json takes no value, but got "yes"\n' },
    {
      args: ["run", "one.yaml", "--target=on"],
      says: 'error PIPE305 --target names stage "on", which one.yaml does not define\nDefined stages: one. Did you mean "one"?\n',
    },
  ])("is answered with what was meant: pipe $args", async ({ args, says }) => {
    await using project = await createProject({ "one.yaml": empty });
    expect(await project.pipe(args)).toMatchObject({ code: 2, stdout: "", stderr: says });
  });

  it("has everything that is wrong with it reported at once", async () => {
    await using project = await createProject({ "one.yaml": empty });
    const { stderr } = await project.pipe(["run", "--jsno", "--forec"]);
    expect(stderr.match(/PIPE\d+/g)).toEqual(["PIPE302", "PIPE302"]);
  });
});

describe("pipe help", () => {
  it("lists the commands, and the options of one", async () => {
    await using project = await createProject();
    const { code, stdout } = await project.pipe([]);
    expect(code).toBe(0);
    expect(stdout).toContain("\n  run FILE ");
    expect(stdout).not.toContain("exec-stage");
    const ofRun = (await project.pipe(["help", "run"])).stdout;
    expect(ofRun).toContain("\n  --set params.NAME=VALUE ");
    expect((await project.pipe(["run", "--help"])).stdout).toBe(ofRun);
  });
});

describe("pipe --version", () => {
  it("prints the version of the package", async () => {
    await using project = await createProject();
    expect(await project.pipe(["--version"])).toMatchObject({ code: 0, stdout: "0.1.0\n" });
  });
});

describe("pipe plan", () => {
  it("says what would run and why, and does nothing", async () => {
    const pipeline = `version: 1
name: planned
params: { n: 1 }
stages:
  a: { run: "echo \${{ params.n }} > $PIPE_OUTPUT_X", outputs: { x: { kind: file, path: x } } }
  b: { run: "cat $PIPE_INPUT_X", inputs: { x: "\${{ stages.a.outputs.x }}" } }
  c: { run: "echo c" }
`;
    await using project = await createProject({ "planned.yaml": pipeline });
    await project.pipe(["run", "planned.yaml"]);
    const runs = await project.list("runs");
    const { code, stdout } = await project.pipe(["plan", "planned.yaml", "--set", "params.n=2"]);
    expect(code).toBe(0);
    expect(
      stdout.replaceAll(/(saves|took|up to) (\d+ min )?\S+ (ms|s)/g, "$1 …").replace(/\S+ [kMGT]?B are/, "… are"),
    ).toBe(`  a  runs     params.n changed 1 → 2 (--set), took … last time
  b  may run  depends on what a will give, took … last time
  c  cached   saves …

1 to run, 1 that depend on them, 1 cached
by last time up to … of work and 2 B of disk; … are free
`);
    expect(await project.list("runs")).toEqual(runs);
    expect((await project.pipe(["status", "planned.yaml"])).stdout).toContain("0 to run, 3 cached");
  });
});
