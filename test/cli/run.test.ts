import { describe, expect, it } from "vitest";
import { finishedStages, outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";

const counting = `version: 1
name: counting
params: { last: 3 }
stages:
  count:
    run: seq \${{ params.last }} > "$PIPE_OUTPUT_NUMBERS"
    outputs: { numbers: { kind: file, path: numbers.txt } }
  lines:
    run: wc -l < "$PIPE_INPUT_NUMBERS" > "$PIPE_OUTPUT_LINES"
    inputs: { numbers: "\${{ stages.count.outputs.numbers }}" }
    outputs: { lines: { kind: file, path: lines.txt } }
  greet:
    run: echo hello > "$PIPE_OUTPUT_GREETING"
    outputs: { greeting: { kind: file, path: greeting.txt } }
`;

const reading = `version: 1
name: reading
stages:
  sort:
    run: sort "$PIPE_INPUT_WORDS" > "$PIPE_OUTPUT_SORTED"
    inputs: { words: words.txt }
    outputs: { sorted: { kind: file, path: sorted.txt } }
  first:
    run: head -n 1 "$PIPE_INPUT_SORTED" > "$PIPE_OUTPUT_WORD"
    inputs: { sorted: "\${{ stages.sort.outputs.sorted }}" }
    outputs: { word: { kind: file, path: word.txt } }
`;

describe("pipe run", () => {
  it("runs all stages, and takes all from the cache the second time", async () => {
    await using project = await createProject({ "counting.yaml": counting });
    const first = outcomesOf(await project.events(["run", "counting.yaml"]));
    expect(first).toEqual({ count: "executed", lines: "executed", greet: "executed" });
    expect(await project.read("runs/latest/stages/lines/outputs/lines.txt")).toBe("3\n");
    const second = outcomesOf(await project.events(["run", "counting.yaml"]));
    expect(second).toEqual({ count: "cached", lines: "cached", greet: "cached" });
  });

  it("runs what an edited parameter changes and what follows from it, and says why", async () => {
    await using project = await createProject({ "counting.yaml": counting });
    await project.pipe(["run", "counting.yaml"]);
    await project.write({ "counting.yaml": counting.replace("last: 3", "last: 5") });
    const { code, stdout } = await project.pipe(["run", "counting.yaml"]);
    expect(code).toBe(0);
    expect(stdout).toContain("count runs: params.last changed 3 → 5 (counting.yaml:3)");
    expect(stdout).toMatch(
      /lines runs: inputs\.numbers changed file [0-9a-f]{8} → file [0-9a-f]{8} \(counting\.yaml:10\)/,
    );
    expect(stdout).toMatch(/greet: cached/);
    expect(stdout).toMatch(/done in .*: 2 executed, 1 cached/);
  });

  it("stops at a stage that gives what it gave before", async () => {
    await using project = await createProject({ "reading.yaml": reading, "words.txt": "b\na\n" });
    await project.pipe(["run", "reading.yaml"]);
    await project.write({ "words.txt": "a\nb\n" });
    expect(outcomesOf(await project.events(["run", "reading.yaml"]))).toEqual({ sort: "executed", first: "cached" });
  });

  it("takes a renamed stage, reordered keys and another comment from the cache", async () => {
    await using project = await createProject({ "counting.yaml": counting });
    await project.pipe(["run", "counting.yaml"]);
    const renamed = counting.replace("  greet:", "  # says hello\n  welcome:").replaceAll("count", "tally");
    await project.write({ "tallying.yaml": renamed });
    const again = outcomesOf(await project.events(["run", "tallying.yaml"]));
    expect(again).toEqual({ tally: "cached", lines: "cached", welcome: "cached" });
  });

  it("reports a file of the user's that does not exist with its place, and runs nothing", async () => {
    await using project = await createProject({ "reading.yaml": reading });
    const { code, stdout, stderr } = await project.pipe(["run", "reading.yaml"]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain('reading.yaml:6:22 error PIPE201 stage "sort" reads words.txt, which does not exist');
    expect(await project.list("runs")).toEqual([]);
  });

  it("makes its folders in the directory that -C names", async () => {
    await using project = await createProject({ "deep/counting.yaml": counting });
    const { code, stdout } = await project.pipe(["run", "-C", "deep", "counting.yaml"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/lines\.lines +deep\/runs\/\S+\/stages\/lines\/outputs\/lines\.txt/);
    expect(await project.list("deep")).toEqual([".pipe", "counting.yaml", "runs"]);
  });

  it("runs only the target and what it needs", async () => {
    await using project = await createProject({ "counting.yaml": counting });
    const events = await project.events(["run", "counting.yaml", "--target", "lines"]);
    expect(outcomesOf(events)).toEqual({ count: "executed", lines: "executed" });
  });

  it("runs forced stages again, and what follows only if the result is another", async () => {
    await using project = await createProject({ "counting.yaml": counting });
    await project.pipe(["run", "counting.yaml"]);
    const events = await project.events(["run", "counting.yaml", "--force=count"]);
    expect(outcomesOf(events)).toEqual({ count: "executed", lines: "cached", greet: "cached" });
    const all = await project.events(["run", "counting.yaml", "--force"]);
    expect(outcomesOf(all)).toEqual({ count: "executed", lines: "executed", greet: "executed" });
  });

  it("writes nothing but events with --json, each of them one line", async () => {
    await using project = await createProject({ "counting.yaml": counting });
    const events = await project.events(["run", "counting.yaml"], { env: { FORCE_COLOR: "1", NO_COLOR: undefined } });
    expect(events[0]).toMatchObject({ type: "run-started", pipeline: "counting", file: "counting.yaml" });
    expect(events.at(-1)).toMatchObject({ type: "run-finished", status: "done" });
    const lines = finishedStages(events).find(({ stage }) => stage === "lines");
    expect(lines).toMatchObject({
      cause: { type: "first" },
      outputs: { lines: { kind: "file", numFiles: 1, sizeBytes: 2 } },
    });
  });

  it("keeps a record of the run", async () => {
    await using project = await createProject({ "counting.yaml": counting });
    await project.pipe(["run", "counting.yaml", "--set", "params.last=7"]);
    expect(await project.list("runs/latest")).toEqual([
      "events.ndjson",
      "pipeline.yaml",
      "report.html",
      "resolved.json",
      "stages",
      "status.json",
    ]);
    expect(await project.read("runs/latest/pipeline.yaml")).toBe(counting);
    expect(JSON.parse(await project.read("runs/latest/resolved.json"))).toMatchObject({
      params: { last: 7 },
      stages: { lines: { needs: ["count"], inputs: { numbers: "${{ stages.count.outputs.numbers }}" } } },
    });
    expect(JSON.parse(await project.read("runs/latest/status.json"))).toMatchObject({
      status: "done",
      stages: { count: "executed", lines: "executed", greet: "executed" },
    });
    const events = (await project.read("runs/latest/events.ndjson")).trim().split("\n");
    expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({ type: "run-finished" });
  });

  it("makes the result of two equal stages once", async () => {
    const same = `{ run: "echo $PIPE_STAGE > $PIPE_OUTPUT_X", outputs: { x: { kind: file, path: x } } }`;
    await using project = await createProject({
      "same.yaml": `version: 1\nname: same\nstages:\n  a: ${same}\n  b: ${same}\n`,
    });
    const ends = outcomesOf(await project.events(["run", "same.yaml"]));
    expect(Object.values(ends).sort()).toEqual(["cached", "executed"]);
    const made = await project.read("runs/latest/stages/a/outputs/x");
    expect(await project.read("runs/latest/stages/b/outputs/x")).toBe(made);
  });

  it("gives a command its environment, and passes on what it prints", async () => {
    const pipeline = `version: 1
name: speaking
stages:
  speak:
    run: echo "$GREETING, $PIPE_STAGE"; echo aside >&2
    env: { GREETING: hello }
`;
    await using project = await createProject({ "speaking.yaml": pipeline });
    const { stdout } = await project.pipe(["run", "speaking.yaml"]);
    expect(stdout).toContain("speak | hello, speak\n");
    expect(stdout).toContain("speak | aside\n");
    const log = await project.read("runs/latest/stages/speak/log.txt");
    expect(log.split("\n").sort()).toEqual(["", "aside", "hello, speak"]);
  });
});
