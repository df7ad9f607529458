import { describe, expect, it } from "vitest";
import { finishedStages, outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";

describe("a stage that fails", () => {
  it("stops what needs it, and with --keep-going nothing else; the same command goes on from there", async () => {
    const pipeline = `version: 1
name: failing
stages:
  broken:
    run: echo all is well; test -e repaired || { echo no repair found; exit 3; }; echo x > "$PIPE_OUTPUT_X"
    outputs: { x: { kind: file, path: x } }
  after: { run: "cat $PIPE_INPUT_X", inputs: { x: "\${{ stages.broken.outputs.x }}" } }
  last: { run: "echo last", needs: after }
  apart: { run: "true" }
`;
    await using project = await createProject({ "failing.yaml": pipeline });
    const { code, stdout } = await project.pipe(["run", "failing.yaml", "--keep-going"]);
    expect(code).toBe(1);
    expect(stdout).toContain("apart: done");
    expect(stdout).toContain("after: not run: broken failed\n");
    expect(stdout).toContain("last: not run: after failed\n");
    const [, block] = stdout.split("\n\n");
    expect(block?.split("\n").slice(0, 3)).toEqual([
      "failed broken: The command ended with exit code 3.",
      "  | all is well",
      "  | no repair found",
    ]);
    expect(block).toMatch(/log: runs\/\S+\/stages\/broken\/log\.txt$/);
    expect(stdout).toMatch(/failed in .*: 1 executed, 1 failed, 2 not run/);
    expect(stdout).toContain("Run the same command again to go on from here");

    await project.write({ repaired: "" });
    const events = await project.events(["run", "failing.yaml"]);
    expect(outcomesOf(events)).toEqual({ broken: "executed", after: "executed", last: "executed", apart: "cached" });
  });

  it("keeps what has not begun from beginning, and lets what runs come to its end", async () => {
    const pipeline = `version: 1
name: stopping
stages:
  broken: { run: "until [ -e began ]; do sleep 0.02; done; exit 3" }
  running: { run: "touch began; until [ -e go ]; do sleep 0.02; done" }
  later: { run: "echo later", needs: running }
`;
    await using project = await createProject({ "stopping.yaml": pipeline });
    const env = { PIPE_RESOURCES: "cpu=2" };
    const run = project.start(["run", "stopping.yaml"], { env });
    await run.waitForLine("broken: failed");
    await project.write({ go: "" });
    const { stdout } = await run.result;
    expect(stdout).toContain("running: done");
    expect(stdout).toContain("later: not run: broken failed");
    const again = outcomesOf(await project.events(["run", "stopping.yaml", "--keep-going"], { env }));
    expect(again).toEqual({ broken: "failed", running: "cached", later: "executed" });
  });

  it("is told from a crash: the signal is named", async () => {
    const pipeline = `version: 1
name: crashing
stages:
  shell: { run: "kill -SEGV $$" }
  inner: { run: "sh -c 'kill -KILL $$'; exit $?" }
  process: { run: "kill -SEGV $PPID; sleep 60" }
  memory: { run: "kill -KILL $PPID; sleep 60" }
`;
    await using project = await createProject({ "crashing.yaml": pipeline });
    const events = await project.events(["run", "crashing.yaml", "--keep-going"]);
    const failures = finishedStages(events).map(({ stage, outcome }) => [
      stage,
      outcome.type === "failed" ? `${outcome.failure.cause}: ${outcome.failure.message}` : outcome.type,
    ]);
    expect(Object.fromEntries(failures)).toEqual({
      shell: "signal: The command was ended by SIGSEGV.",
      inner: "command: The command ended with exit code 137: a program in it was ended by SIGKILL.",
      process: "signal: Native code crashed in the stage's process (SIGSEGV).",
      memory: "memory: The stage's process was killed (SIGKILL), most often because the machine had no memory left.",
    });
  });

  it("did not write what it declares", async () => {
    const pipeline = `version: 1
name: forgetting
stages:
  nothing: { run: "true", outputs: { x: { kind: file, path: x.txt } } }
  folder: { run: "mkdir $PIPE_OUTPUT_X", outputs: { x: { kind: file, path: x.txt } } }
  link: { run: "ln -s /etc/hostname $PIPE_OUTPUT_X/name", outputs: { x: { kind: files, path: x } } }
`;
    await using project = await createProject({ "forgetting.yaml": pipeline });
    const { code, stdout } = await project.pipe(["run", "forgetting.yaml", "-k"]);
    expect(code).toBe(1);
    expect(stdout).toContain('nothing: failed: The stage ended well but did not write its output "x" (x.txt).');
    expect(stdout).toContain(
      'folder: failed: The stage\'s output "x" (x.txt) should be a file, and is something else.',
    );
    expect(stdout).toContain('link: failed: Output "x" holds a link that leads out of it: name → /etc/hostname.');
    expect(await project.list(".pipe/cache")).toEqual([]);
  });

  it("worked on a file that was changed meanwhile, so the result is not kept", async () => {
    const pipeline = `version: 1
name: racing
stages:
  read:
    run: cat "$PIPE_INPUT_DATA" > "$PIPE_OUTPUT_COPY"; test -e calm || echo changed > data.txt
    inputs: { data: data.txt }
    outputs: { copy: { kind: file, path: copy.txt } }
`;
    await using project = await createProject({ "racing.yaml": pipeline, "data.txt": "original\n" });
    const { code, stdout } = await project.pipe(["run", "racing.yaml"]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "read: failed: data.txt was changed while the stage ran, so the result is of neither version.",
    );
    await project.write({ calm: "" });
    expect((await project.pipe(["run", "racing.yaml"])).code).toBe(0);
    expect(await project.read("runs/latest/stages/read/outputs/copy.txt")).toBe("changed\n");
  });

  it("worked on a file that was another one for a while, though it is the old one again", async () => {
    const pipeline = `version: 1
name: racing
stages:
  read:
    run: test -e calm || echo changed > data.txt; cat "$PIPE_INPUT_DATA" > "$PIPE_OUTPUT_COPY"; test -e calm || echo original > data.txt
    inputs: { data: data.txt }
    outputs: { copy: { kind: file, path: copy.txt } }
`;
    await using project = await createProject({ "racing.yaml": pipeline, "data.txt": "original\n" });
    const { code, stdout } = await project.pipe(["run", "racing.yaml"]);
    expect(code).toBe(1);
    expect(stdout).toContain("read: failed: data.txt was written to while the stage ran");
    await project.write({ calm: "" });
    expect((await project.pipe(["run", "racing.yaml"])).code).toBe(0);
    expect(await project.read("runs/latest/stages/read/outputs/copy.txt")).toBe("original\n");
  });

  it("reads from a place in an artifact that is not there", async () => {
    const pipeline = `version: 1
name: missing
stages:
  make: { run: "touch $PIPE_OUTPUT_ALL/a", outputs: { all: { kind: files, path: all } } }
  take: { run: "true", inputs: { b: "\${{ stages.make.outputs.all }}/b" } }
`;
    await using project = await createProject({ "missing.yaml": pipeline });
    const { code, stdout } = await project.pipe(["run", "missing.yaml"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/take: failed: The input "b" does not exist: \S+\/all\/b\./);
  });
});
