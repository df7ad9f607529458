import { appendFile, chmod, readdir, readFile, realpath, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProject, type ProjectRig } from "../rig/project.ts";

const pipelineOf = (lr: number, run: string): string => `version: 1
name: trying
params: { lr: ${lr} }
stages:
  data: { run: "echo \${{ params.lr }} > $PIPE_OUTPUT_X", outputs: { x: { kind: file, path: x } } }
  train: { run: "${run}", needs: [data], outputs: { x: { kind: file, path: x } } }
`;
const good = "echo done > $PIPE_OUTPUT_X";
const hanging = "echo begun; exec sleep 600";
const args = ["run", "p.yaml", "--no-mlflow"];

/** What `pipe plan` says of a stage, without the time that it took. */
async function causeOf(project: ProjectRig, stage: string): Promise<string> {
  const { stdout } = await project.pipe(["plan", "p.yaml"]);
  return new RegExp(`^  ${stage} +(.*?)(?:, took .*)?$`, "m").exec(stdout)?.[1]?.replace(/ +/, " ") ?? stdout;
}

/** As if all results had been used an hour ago: what was used just now is not collected. */
async function age(project: ProjectRig): Promise<void> {
  const then = new Date(Date.now() - 3_600_000);
  for (const name of await project.list(".pipe/cache")) {
    await utimes(join(project.folder, ".pipe", "cache", name, "manifest.json"), then, then);
  }
}

async function latestRun(project: ProjectRig): Promise<string> {
  return (JSON.parse(await project.read("runs/latest/status.json")) as { run: string }).run;
}

describe("a stage without a result says what became of the last one:", () => {
  it("it has never had one", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf(1, good) });
    expect(await causeOf(project, "train")).toBe("runs no result yet");
  });

  it("it failed, with the run and the failure, until it runs with something else or is done", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf(1, "exit 3") });
    expect((await project.pipe(args)).code).toBe(1);
    const run = await latestRun(project);
    expect(await causeOf(project, "train")).toBe(
      `runs no result yet: failed last time, in ${run}: The command ended with exit code 3.`,
    );
    await project.write({ "p.yaml": pipelineOf(1, good) });
    expect((await project.pipe(args)).stdout).toContain(`train runs: no result yet: failed last time, in ${run}: The`);
    await project.write({ "p.yaml": pipelineOf(1, "exit 4") });
    expect((await project.pipe(args)).code).toBe(1);
    expect(await causeOf(project, "train")).toBe(
      `runs run changed ${good} → exit 4 (p.yaml:6); failed last time, in ${await latestRun(project)}: The command ended with exit code 4.`,
    );
    // It was not this that failed.
    await project.write({ "p.yaml": pipelineOf(1, "exit 5") });
    expect(await causeOf(project, "train")).toBe(`runs run changed ${good} → exit 5 (p.yaml:6)`);
    // What comes from the cache is a good end too.
    await project.write({ "p.yaml": pipelineOf(1, good) });
    expect((await project.pipe(args)).code).toBe(0);
    await project.write({ "p.yaml": pipelineOf(1, "exit 4") });
    expect(await causeOf(project, "train")).toBe(`runs run changed ${good} → exit 4 (p.yaml:6)`);
  });

  it("it was interrupted", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf(1, hanging) });
    const live = project.start(args);
    await live.waitForLine("begun");
    live.kill("SIGINT");
    expect((await live.result).code).toBe(130);
    expect(await causeOf(project, "train")).toBe(
      `runs no result yet: interrupted last time, in ${await latestRun(project)}`,
    );
    expect(await causeOf(project, "data")).toMatch(/^cached /);
  });

  it("its run was killed, which is not said while that goes on; what was done before is known", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf(1, hanging) });
    const live = project.start(args);
    await live.waitForLine("begun");
    expect(await causeOf(project, "train")).toBe("runs no result yet");
    live.kill("SIGKILL");
    await live.result;
    expect(await causeOf(project, "train")).toBe(
      `runs no result yet: ${await latestRun(project)} was killed while it ran`,
    );
    await project.write({ "p.yaml": pipelineOf(2, hanging) });
    expect(await causeOf(project, "data")).toBe("runs params.lr changed 1 → 2 (p.yaml:3)");
  });

  it("it was removed from the cache", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf(1, good) });
    await project.pipe(args);
    await rm(join(project.folder, ".pipe", "cache"), { recursive: true });
    const removed = `its result of ${await latestRun(project)} is no longer in the cache`;
    expect(await causeOf(project, "data")).toBe(`runs ${removed}`);
    expect((await project.pipe(["why", "train", "p.yaml"])).stdout).toContain(`train runs: ${removed}\n`);
    expect((await project.pipe(args)).stdout).toContain(`\ntrain runs: ${removed}\n`);
  });

  it("it was removed by pipe cache gc, which counts no more once it was made anew", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf(1, good) });
    await project.pipe(args);
    const run = await latestRun(project);
    await age(project);
    expect((await project.pipe(["cache", "gc", "--max-size", "1B", "--keep-runs", "0"])).code).toBe(0);
    expect(await causeOf(project, "train")).toBe(`runs its result of ${run} was removed by pipe cache gc`);
    await project.pipe(args);
    expect(await causeOf(project, "train")).toMatch(/^cached /);
    await rm(join(project.folder, ".pipe", "cache"), { recursive: true });
    expect(await causeOf(project, "train")).toBe(
      `runs its result of ${await latestRun(project)} is no longer in the cache`,
    );
  });

  it("pipe cache verify found it damaged", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf(1, good) });
    await project.pipe(args);
    const output = await realpath(join(project.folder, "runs/latest/stages/train/outputs/x"));
    await chmod(output, 0o644);
    await writeFile(output, "other");
    expect((await project.pipe(["cache", "verify"])).code).toBe(1);
    expect(await causeOf(project, "train")).toBe(
      `runs its result of ${await latestRun(project)} was found damaged by pipe cache verify`,
    );
    expect(await causeOf(project, "data")).toMatch(/^cached /);
  });
});

describe("the history of a pipeline", () => {
  async function historyFile(project: ProjectRig): Promise<string> {
    const folder = join(project.folder, ".pipe", "history");
    const [name] = await readdir(folder);
    return join(folder, name ?? "");
  }

  it("goes on behind a last line that was cut", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf(1, good) });
    await project.pipe(args);
    await appendFile(await historyFile(project), '{"stage":"train","attempt":{"run":"x","end":"fai');
    await project.write({ "p.yaml": pipelineOf(2, good) });
    expect(await causeOf(project, "data")).toBe("runs params.lr changed 1 → 2 (p.yaml:3)");
    await project.pipe(args);
    await project.write({ "p.yaml": pipelineOf(3, good) });
    expect(await causeOf(project, "data")).toBe("runs params.lr changed 2 → 3 (p.yaml:3)");
    expect(await readFile(await historyFile(project), "utf8")).toMatch(/"end":"fai\n.*\n$/s);
  });

  it("does not grow with a run that has nothing to do", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf(1, good) });
    await project.pipe(args);
    const before = await readFile(await historyFile(project), "utf8");
    await project.pipe(args);
    expect(await readFile(await historyFile(project), "utf8")).toBe(before);
  });
});
