import { describe, expect, it } from "vitest";
import { finishedStages, outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";

const pipelineOf = (stage: object): string =>
  JSON.stringify({ version: 1, name: "retrying", stages: { train: stage } });

describe("a stage that is tried again", () => {
  it("waits longer each time, keeps its work folder, and tells each metric once", async () => {
    const run = `cd $PIPE_WORK; echo x >> tries; n=$(wc -l < tries)
for i in $(seq $n); do echo '{"metric": "loss", "value": '$i', "step": '$i'}'; done
test $n -ge 3 && echo made > $PIPE_OUTPUT_X`;
    const retry = { times: 2, on: ["command"], backoff: "20ms" };
    const text = pipelineOf({ run, retry, outputs: { x: { kind: "file", path: "x" } } });
    await using project = await createProject({ "p.yaml": text });
    const events = await project.events(["run", "p.yaml"]);
    expect(outcomesOf(events)).toEqual({ train: "executed" });
    const waits = events.flatMap((event) => (event.type === "stage-waiting" ? [event.reason] : []));
    const failure = expect.objectContaining({ cause: "command" });
    expect(waits).toEqual([
      { type: "retry", failure, retry: 1, times: 2, delayMs: 20 },
      { type: "retry", failure, retry: 2, times: 2, delayMs: 40 },
    ]);
    const metrics = events.flatMap((event) =>
      event.type === "stage-event" && event.event.type === "metric" && event.event.name === "loss"
        ? [event.event.step]
        : [],
    );
    expect(metrics).toEqual([1, 2, 3]);
    const kept = await project.read("runs/latest/events.ndjson");
    expect(kept).toContain('"type":"retry"');
  });

  it("fails in the end, and says before each new try why", async () => {
    const stage = { run: "echo no luck; exit 4", retry: { times: 1, on: ["command"], backoff: "10ms" } };
    await using project = await createProject({ "p.yaml": pipelineOf(stage) });
    const { code, stdout } = await project.pipe(["run", "p.yaml"]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "train waits: 10 ms before try 1 of 1 more, since it failed: The command ended with exit code 4.\n",
    );
    expect(stdout).toMatch(/failed in .*: 1 failed/);
  });

  it("is not after a failure of another cause", async () => {
    const stage = { run: "exit 4", retry: { times: 5, on: ["network", "timeout"] } };
    await using project = await createProject({ "p.yaml": pipelineOf(stage) });
    const events = await project.events(["run", "p.yaml"]);
    expect(events.filter(({ type }) => type === "stage-waiting")).toEqual([]);
    expect(outcomesOf(events)).toEqual({ train: "failed" });
  });

  it("does not keep Ctrl-C waiting", async () => {
    const stage = { run: "exit 4", retry: { times: 5, on: ["command"], backoff: "1h" } };
    await using project = await createProject({ "p.yaml": pipelineOf(stage) });
    const run = project.start(["run", "p.yaml"]);
    await run.waitForLine("train waits: 1 h 0 min");
    run.kill("SIGINT");
    expect((await run.result).code).toBe(130);
  });
});

describe("a stage that takes longer than its timeout", () => {
  it("is ended and fails, with what it printed last", async () => {
    // Long enough for the command to begin, also on a busy machine.
    const stage = { run: "echo begins; sleep 600 & sleep 600", timeout: "15s" };
    await using project = await createProject({ "p.yaml": pipelineOf(stage) });
    const [end] = finishedStages(await project.events(["run", "p.yaml"]));
    expect(end?.outcome).toMatchObject({
      type: "failed",
      failure: {
        cause: "timeout",
        message: "The stage did not end within its timeout of 15 s.",
        detail: expect.stringContaining("begins"),
      },
    });
  });

  it("can be tried again", async () => {
    const run = "test -e $PIPE_WORK/half && exit 0; touch $PIPE_WORK/half; sleep 600";
    const stage = { run, timeout: "15s", retry: { times: 1, backoff: "1ms" } };
    await using project = await createProject({ "p.yaml": pipelineOf(stage) });
    expect(outcomesOf(await project.events(["run", "p.yaml"]))).toEqual({ train: "executed" });
  });
});

describe("pipe run --from", () => {
  const text = `version: 1
name: chain
stages:
  a: { run: "echo a > $PIPE_OUTPUT_X", outputs: { x: { kind: file, path: x } } }
  b: { run: "cat $PIPE_INPUT_X > $PIPE_OUTPUT_Y", inputs: { x: "\${{ stages.a.outputs.x }}" }, outputs: { y: { kind: file, path: y } } }
  c: { run: "cat $PIPE_INPUT_Y", inputs: { y: "\${{ stages.b.outputs.y }}" } }
  d: { run: "echo d" }
`;

  it("runs the stage and all that follow from it again, and nothing else", async () => {
    await using project = await createProject({ "chain.yaml": text });
    await project.pipe(["run", "chain.yaml"]);
    const ends = outcomesOf(await project.events(["run", "chain.yaml", "--from", "b"]));
    expect(ends).toEqual({ a: "cached", b: "executed", c: "executed", d: "cached" });
    const { code, stderr } = await project.pipe(["run", "chain.yaml", "--from", "e"]);
    expect(code).toBe(2);
    expect(stderr).toContain('error PIPE305 --from names stage "e", which chain.yaml does not define');
  });

  it("goes no further than --target, and needs to lie before it", async () => {
    await using project = await createProject({ "chain.yaml": text });
    await project.pipe(["run", "chain.yaml"]);
    const between = ["run", "chain.yaml", "--target", "b", "--from", "a"];
    expect(outcomesOf(await project.events(between))).toEqual({ a: "executed", b: "executed" });
    const last = ["run", "chain.yaml", "--from", "c", "--target", "c", "--target", "d"];
    expect(outcomesOf(await project.events(last))).toEqual({ a: "cached", b: "cached", c: "executed", d: "cached" });
    for (const command of ["plan", "run"]) {
      const { code, stderr } = await project.pipe([command, "chain.yaml", "--target", "b", "--from", "c", "--from=a"]);
      expect([code, stderr]).toEqual([
        2,
        'error PIPE308 --from names stage "c", which "b" does not need\nNeeded: a, b. Leave --target out to run "c".\n',
      ]);
    }
    const { code, stderr } = await project.pipe(["run", "chain.yaml", "--target", "b", "--target", "d", "--force=c"]);
    expect(code).toBe(2);
    expect(stderr).toContain('PIPE308 --force names stage "c", which "b" and "d" do not need');
  });

  it("does nothing with --dry-run but say so", async () => {
    await using project = await createProject({ "chain.yaml": text });
    await project.pipe(["run", "chain.yaml"]);
    const runs = await project.list("runs");
    const { code, stdout } = await project.pipe(["run", "chain.yaml", "--from", "c", "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ {2}c +runs +forced/);
    expect(stdout).toMatch(/1 to run, 3 cached/);
    expect(await project.list("runs")).toEqual(runs);
  });
});
