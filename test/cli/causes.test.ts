import { describe, expect, it } from "vitest";
import { createProject, type ProjectRig } from "../rig/project.ts";

const base = `version: 1
name: base
params:
  last: 3
  word: hi
  both: "\${{ params.last }}-\${{ params.word }}"
  env: { LANG: C, TZ: UTC }
  file: x.txt
stages:
  count:
    run: seq \${{ params.last }} > "$PIPE_OUTPUT_X"
    outputs: { x: { kind: file, path: x } }
`;
const own = `version: 1
name: own
extends: base.yaml
stages:
  say:
    run: echo \${{ params.both }} \${{ matrix.times }} > "$PIPE_OUTPUT_X"
    matrix:
      fold: [0, 1]
      include:
        - { fold: 0, times: 5 }
        - { fold: 1, times: 6 }
    outputs: { x: { kind: file, path: x } }
  read:
    run: cat "$PIPE_INPUT_X" > "$PIPE_OUTPUT_X"
    env: "\${{ params.env }}"
    inputs: { x: "\${{ params.file }}" }
    outputs: { x: { kind: file, path: x } }
  copy:
    run: cat "$PIPE_INPUT_X" > "$PIPE_OUTPUT_X"
    inputs: { x: x.txt }
    outputs: { x: { kind: file, path: x } }
`;
const files = { "base.yaml": base, "own.yaml": own, "x.txt": "x\n", "y.txt": "y\n" };

/** What `pipe plan` says of each stage, without the time that it took. */
async function plan(project: ProjectRig, ...args: readonly string[]): Promise<Record<string, string>> {
  const { stdout, stderr } = await project.pipe(["plan", "own.yaml", ...args]);
  expect(stderr).toBe("");
  const rows = stdout.split("\n").flatMap((line) => /^ {2}(\S+) +(.+?)(?:, took .*| {3}saves .*)?$/.exec(line) ?? []);
  return Object.fromEntries(
    Array.from({ length: rows.length / 3 }, (_, index) => [
      rows[index * 3 + 1],
      rows[index * 3 + 2]?.replace(/ +/, " "),
    ]),
  );
}

async function createDone(): Promise<ProjectRig> {
  const project = await createProject(files);
  expect((await project.pipe(["run", "own.yaml", "--no-mlflow"])).code).toBe(0);
  return project;
}

const unchanged = { count: "cached", "say@fold=0": "cached", "say@fold=1": "cached", read: "cached", copy: "cached" };

describe("the cause of a stage that runs is what the user edited:", () => {
  it("a parameter, in the document that sets it, be it through another parameter or in the middle of a text", async () => {
    await using project = await createDone();
    expect(await plan(project)).toEqual(unchanged);
    await project.write({ "base.yaml": base.replace("word: hi", "word: ho") });
    const word = "runs params.word changed hi → ho (base.yaml:5)";
    expect(await plan(project)).toEqual({ ...unchanged, "say@fold=0": word, "say@fold=1": word });
    await project.write({ "base.yaml": base.replace("word: hi", "word: ho").replace("last: 3", "last: 4") });
    const both = "runs params.last changed 3 → 4 (base.yaml:4); params.word changed hi → ho (base.yaml:5)";
    const last = "runs params.last changed 3 → 4 (base.yaml:4)";
    expect(await plan(project)).toEqual({ ...unchanged, count: last, "say@fold=0": both, "say@fold=1": both });
    const { stdout } = await project.pipe(["run", "own.yaml", "--no-mlflow"]);
    expect(stdout).toContain("\ncount runs: params.last changed 3 → 4 (base.yaml:4)\n");
    expect(stdout).toContain(`\nsay@fold=1 ${both.replace("runs", "runs:")}\n`);
  });

  it("the text of a parameter that refers to others", async () => {
    await using project = await createDone();
    await project.write({ "base.yaml": base.replace("}}-${{", "}}, ${{") });
    const text =
      "runs params.both changed ${{ params.last }}-${{ params.word }} → ${{ params.last }}, ${{ params.word }} (base.yaml:6)";
    expect(await plan(project)).toEqual({ ...unchanged, "say@fold=0": text, "say@fold=1": text });
  });

  it("a value of a parameter that is a map, or a key of it that is new or gone", async () => {
    await using project = await createDone();
    await project.write({ "base.yaml": base.replace("LANG: C, TZ: UTC", "LANG: de, PS1: x") });
    expect((await plan(project))["read"]).toBe(
      "runs params.env.LANG changed C → de (base.yaml:7); params.env.PS1 is new: x (base.yaml:7); params.env.TZ is gone, was UTC (base.yaml:7)",
    );
  });

  it("the path of a file, not the digest of what lies there", async () => {
    await using project = await createDone();
    await project.write({
      "base.yaml": base.replace("file: x.txt", "file: y.txt"),
      "own.yaml": own.replace("inputs: { x: x.txt }", "inputs: { x: y.txt }"),
    });
    expect(await plan(project)).toEqual({
      ...unchanged,
      read: "runs params.file changed x.txt → y.txt (base.yaml:8)",
      copy: "runs inputs.x changed x.txt → y.txt (own.yaml:20)",
    });
  });

  it("what the file holds, where that was edited", async () => {
    await using project = await createDone();
    await project.write({ "x.txt": "other\n" });
    const { read, copy } = await plan(project);
    expect(read).toMatch(/^runs inputs\.x changed file [0-9a-f]{8} → file [0-9a-f]{8} \(base\.yaml:8\)$/);
    expect(copy).toMatch(/^runs inputs\.x changed file [0-9a-f]{8} → file [0-9a-f]{8} \(own\.yaml:20\)$/);
  });

  it("a value of a matrix, by the line of the matrix", async () => {
    await using project = await createDone();
    await project.write({ "own.yaml": own.replace("times: 6", "times: 7") });
    expect(await plan(project)).toEqual({
      ...unchanged,
      "say@fold=1": "runs matrix.times changed 6 → 7 (own.yaml:11)",
    });
  });

  it("an option of the command line, and what stands in the document once that is left out", async () => {
    await using project = await createDone();
    const set = ["--set", "params.last=5"];
    expect((await plan(project, ...set))["count"]).toBe("runs params.last changed 3 → 5 (--set)");
    await project.pipe(["run", "own.yaml", "--no-mlflow", ...set]);
    await project.write({ "base.yaml": base.replace("last: 3", "last: 4") });
    expect((await plan(project))["count"]).toBe("runs params.last changed 5 → 4 (base.yaml:4)");
    const { stdout } = await project.pipe(["why", "count", "own.yaml", ...set]);
    expect(stdout).toMatch(/\n {2}run +seq 5 > "\$PIPE_OUTPUT_X" {2}base\.yaml:11\n/);
  });

  it("the text of the stage, beside a parameter that was edited too", async () => {
    await using project = await createDone();
    await project.write({
      "base.yaml": base.replace("last: 3", "last: 4").replace("run: seq ", "run: seq 2 "),
    });
    expect((await plan(project))["count"]).toBe(
      'runs params.last changed 3 → 4 (base.yaml:4); run changed seq 3 > "$PIPE_OUTPUT_X" → seq 2 4 > "$PIPE_OUTPUT_X" (base.yaml:11)',
    );
  });

  it("a value that was written where a parameter is now, at the line of the parameter", async () => {
    const literal = own.replace('env: "${{ params.env }}"', "env: { LANG: C, TZ: UTC }");
    const warned = base.replace("LANG: C", "LANG: fr");
    await using project = await createProject({ ...files, "own.yaml": literal });
    await project.pipe(["run", "own.yaml", "--no-mlflow"]);
    await project.write({ "own.yaml": own, "base.yaml": warned });
    expect((await plan(project))["read"]).toBe("runs env.LANG changed C → fr (base.yaml:7)");
  });
});

describe("a stage kind's parameters", () => {
  const cells = (draw: string, extra = "") => `version: 1
name: cells
params:
  draw: { train: 28, test: 2, seed: 1, size: ${draw} }
stages:
  draw:
    uses: demo/cells
    with: "\${{ params.draw }}"${extra}
`;

  it("are named as the parameters that fill them in", async () => {
    await using project = await createProject({ "own.yaml": cells("32") });
    expect((await project.pipe(["run", "own.yaml", "--no-mlflow"])).code).toBe(0);
    await project.write({ "own.yaml": cells("48") });
    expect((await plan(project))["draw"]).toBe("runs params.draw.size changed 32 → 48 (own.yaml:4)");
    const { stdout } = await project.pipe(["why", "draw", "own.yaml", "--set", "params.draw.size=40"]);
    expect(stdout).toContain("draw runs: params.draw.size changed 32 → 40 (--set)\n");
    expect(stdout).toMatch(/\n {2}with\.size +40 {2}--set\n/);
    expect(stdout).toMatch(/\n {2}with\.seed +1 {2}own\.yaml:4\n/);
  });
});
