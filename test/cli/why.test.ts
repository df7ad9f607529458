import { describe, expect, it } from "vitest";
import { createProject } from "../rig/project.ts";

const counting = (last: number): string => `version: 1
name: counting
params: { last: ${last} }
stages:
  count:
    run: seq \${{ params.last }} > "$PIPE_OUTPUT_NUMBERS"; echo '{"metric":"last","value":\${{ params.last }},"step":0}'
    outputs: { numbers: { kind: file, path: numbers.txt } }
  lines:
    run: wc -l < "$PIPE_INPUT_NUMBERS" > "$PIPE_OUTPUT_LINES"
    inputs: { numbers: "\${{ stages.count.outputs.numbers }}" }
    outputs: { lines: { kind: file, path: lines.txt } }
  greet:
    run: echo hello > "$PIPE_OUTPUT_GREETING"
    env: { LANG: C }
    outputs: { greeting: { kind: file, path: greeting.txt } }
`;

describe("pipe plan", () => {
  it("says what is to run and why, what it took last time, and what room it needs", async () => {
    await using project = await createProject({ "counting.yaml": counting(3) });
    expect((await project.pipe(["plan", "counting.yaml"])).stdout).toMatch(
      /^ {2}count {2}runs {5}no result yet\n {2}lines {2}may run {2}depends on what count will give\n {2}greet {2}runs {5}no result yet\n\n2 to run, 1 that depend on them, 0 cached\n$/,
    );
    await project.pipe(["run", "counting.yaml"]);
    await project.write({ "counting.yaml": counting(5) });
    const { stdout } = await project.pipe(["status", "counting.yaml"]);
    expect(stdout).toMatch(/count {2}runs {5}params\.last changed 3 → 5 \(counting\.yaml:3\), took .* last time\n/);
    expect(stdout).toMatch(/greet {2}cached {3}saves /);
    expect(stdout).toMatch(/by last time up to .* of work and 8 B of disk; .* are free\n$/);
  });
});

describe("pipe why", () => {
  it("shows all that decides a stage, what changed since its last result, and the nearest result there is", async () => {
    await using project = await createProject({ "counting.yaml": counting(3) });
    await project.pipe(["run", "counting.yaml"]);
    await project.write({ "counting.yaml": counting(5) });
    await project.pipe(["run", "counting.yaml"]);
    await project.write({ "counting.yaml": counting(3).replace("LANG: C", "LANG: de, TZ: UTC") });
    const { code, stdout } = await project.pipe(["why", "greet"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^greet runs: env\.LANG changed C → de \(counting\.yaml:14\); env\.TZ is new: UTC \(counting\.yaml:14\)\nfingerprint [0-9a-f]{64}\n/,
    );
    expect(stdout).toContain(
      "Since its last result:\n  env.LANG changed C → de (counting.yaml:14)\n  env.TZ is new: UTC",
    );
    expect(stdout).toMatch(
      /Against the nearest other result in the cache, [0-9a-f]{12} \(greet of .*-counting-.*\):\n {2}env/,
    );
    expect(stdout).toMatch(/What decides it:\n {2}env\.LANG +de {2}counting\.yaml:14\n/);
    expect(stdout).toMatch(/\n {2}run +echo hello > "\$PIPE_OUTPUT_GREETING" {2}counting\.yaml:13\n/);
    const cached = await project.pipe(["why", "count"]);
    expect(cached.stdout).toMatch(/^count cached: made by \S+-counting-\S+ in /);
    expect(cached.stdout).toContain("Since its last result:\n  params.last changed 5 → 3 (counting.yaml:3)\n");
  });

  it("leads to the stage that has to be looked at first, and asks for a file when there was no run", async () => {
    await using project = await createProject({ "counting.yaml": counting(3) });
    const nowhere = await project.pipe(["why", "lines"]);
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining("Name it: pipe why lines FILE")]);
    const { stdout } = await project.pipe(["why", "lines", "counting.yaml"]);
    expect(stdout).toBe("lines may run: it depends on what count will give.\nAsk for these first: pipe why count\n");
    const unknown = await project.pipe(["why", "line", "counting.yaml"]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Did you mean "lines"?')]);
  });
});

describe("pipe diff", () => {
  it("compares parameters, what decides the stages, results and metrics of two runs", async () => {
    await using project = await createProject({ "counting.yaml": counting(3) });
    await project.pipe(["run", "counting.yaml"]);
    await project.pipe(["run", "counting.yaml", "--set", "params.last=5"]);
    const { code, stdout } = await project.pipe(["diff", "latest~1", "latest"]);
    expect(code).toBe(0);
    expect(stdout).toContain("parameters\n  last changed 3 → 5\n");
    expect(stdout).toMatch(/\ncount: executed \(.*\) → executed \(.*\)\n {2}run changed seq 3/);
    expect(stdout).toMatch(/\n {2}output numbers changed [0-9a-f]{8} → [0-9a-f]{8}\n {2}metric last 3 → 5 \(\+2\)\n/);
    expect(stdout).toMatch(/\nlines: executed .*\n {2}inputs\.numbers changed file [0-9a-f]{8} → file [0-9a-f]{8}\n/);
    expect(stdout).toMatch(/\n1 stage is the same\n$/);
    const { stdout: json } = await project.pipe(["diff", "latest~1", "latest", "--json"]);
    expect(JSON.parse(json)).toMatchObject({
      version: 1,
      params: [{ path: "last", before: 3, after: 5 }],
      environment: [],
      stages: [{ stage: "count", metrics: [{ path: "last", before: 3, after: 5 }] }, { stage: "lines" }],
      numEqualStages: 1,
    });
  });

  it("finds no difference between a run and one that took all from the cache, and says what run is not there", async () => {
    await using project = await createProject({ "counting.yaml": counting(3) });
    await project.pipe(["run", "counting.yaml"]);
    await project.pipe(["run", "counting.yaml"]);
    const { stdout } = await project.pipe(["diff", "latest~1", "latest"]);
    expect(stdout).toMatch(/^\S+ → \S+\n\n3 stages are the same\n$/);
    const { code, stderr } = await project.pipe(["diff", "latest~2", "counting"]);
    expect(code).toBe(2);
    expect(stderr).toContain('PIPE306 there is no run "latest~2"');
    expect(stderr).toContain('PIPE306 "counting" stands for several runs');
  });
});
