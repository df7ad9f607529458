import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { installNvidiaSmi } from "../rig/nvidia-smi.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

/** A command that fails when another one like it runs at the same time. */
const alone = "mkdir alone && sleep 0.1 && rmdir alone";
/** A command that ends only once as many others have begun. */
const together = (count: number): string =>
  `touch here-$PIPE_STAGE; until [ $(ls -d here-* | wc -l) -ge ${count} ]; do sleep 0.02; done`;

const pipelineOf = (stages: Readonly<Record<string, object>>, top: object = {}): string =>
  JSON.stringify({ version: 1, name: "resources", ...top, stages });

/** Lets `nvidia-smi` list GPUs on a machine that has none. */
function installGpus(project: ProjectRig, numGpus: number): Promise<Record<string, string | undefined>> {
  const list = Array.from({ length: numGpus }, (_, index) => index).join("\\n");
  return installNvidiaSmi(project, `printf '${list}\\n'`);
}

/** Other tests, too, take GPUs and tokens of this machine. */
const freshPlaces = (project: ProjectRig) => ({ PIPE_CACHE_DIR: join(project.folder, "user-cache") });

describe("stages side by side", () => {
  it("run as many at a time as fit, though they are more", async () => {
    const stage = (name: string) => ({ run: `${together(3)}; echo ${name}`, resources: { cpu: 0.5 } });
    await using project = await createProject({
      "p.yaml": pipelineOf({ a: stage("a"), b: stage("b"), c: stage("c") }),
    });
    const ends = outcomesOf(await project.events(["run", "p.yaml"], { env: { PIPE_RESOURCES: "cpu=1.5" } }));
    expect(new Set(Object.values(ends)).has("failed")).toBe(false);
  });

  it("take turns on a token", async () => {
    const stage = (name: string) => ({ run: `${alone}; echo ${name}`, resources: { tokens: { database: 1 } } });
    await using project = await createProject({
      "p.yaml": pipelineOf({ a: stage("a"), b: stage("b"), c: stage("c") }),
    });
    const env = { ...freshPlaces(project), PIPE_RESOURCES: "cpu=4" };
    const { code, stdout } = await project.pipe(["run", "p.yaml"], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/[abc] waits: for the token database\n/);
  });

  it("run one by one with --jobs 1", async () => {
    const stage = (name: string, needs: string[] = []) => ({ run: `${alone}; echo ${name} >> order`, needs });
    const text = pipelineOf({ a: stage("a"), b: stage("b"), c: stage("c", ["b"]), d: stage("d") });
    await using project = await createProject({ "p.yaml": text });
    expect((await project.pipe(["run", "p.yaml", "--jobs", "1"])).code).toBe(0);
    const order = (await project.read("order")).split("\n").slice(0, 4);
    expect(order.indexOf("c")).toBeGreaterThan(order.indexOf("b"));
    expect([...order].sort()).toEqual(["a", "b", "c", "d"]);
  });

  it("get a GPU each", async () => {
    const stage = (name: string) => ({
      run: `${together(2)}; echo "gpu $CUDA_VISIBLE_DEVICES of ${name}"`,
      resources: { gpu: 1 },
    });
    await using project = await createProject({ "p.yaml": pipelineOf({ a: stage("a"), b: stage("b") }) });
    const env = await installGpus(project, 2);
    const { stdout } = await project.pipe(["run", "p.yaml"], { env: { ...env, PIPE_RESOURCES: "cpu=2" } });
    expect([...stdout.matchAll(/gpu (\d+) of/g)].map(([, gpu]) => gpu).sort()).toEqual(["0", "1"]);
  });

  it("see only the GPUs that the user shows", async () => {
    const stage = { run: 'echo "gpu $CUDA_VISIBLE_DEVICES"', resources: { gpu: "if-any" } };
    await using project = await createProject({ "p.yaml": pipelineOf({ a: stage }) });
    const env = await installGpus(project, 4);
    const { stdout } = await project.pipe(["run", "p.yaml"], { env: { ...env, CUDA_VISIBLE_DEVICES: "3" } });
    expect(stdout).toContain("gpu 3\n");
  });

  it("are not run again when what they take is edited", async () => {
    const stage = { run: "echo x > $PIPE_OUTPUT_X", outputs: { x: { kind: "file", path: "x" } } };
    await using project = await createProject({ "p.yaml": pipelineOf({ a: stage }) });
    await project.pipe(["run", "p.yaml"]);
    const edited = { ...stage, resources: { memory: "1 MB" }, retry: { times: 2 }, timeout: "1h" };
    await project.write({ "p.yaml": pipelineOf({ a: edited }, { resources: { cpu: 1 } }) });
    expect(outcomesOf(await project.events(["run", "p.yaml"]))).toEqual({ a: "cached" });
  });
});

describe("two runs on one machine", () => {
  it("do not get the same token", async () => {
    const holding = { run: "echo holds; until [ -e go ]; do sleep 0.02; done", resources: { tokens: { server: 1 } } };
    const wanting = { run: "echo has it", resources: { tokens: { server: 1 } } };
    await using project = await createProject({
      "first.yaml": pipelineOf({ a: holding }),
      "second.yaml": pipelineOf({ b: wanting }),
    });
    const env = freshPlaces(project);
    const first = project.start(["run", "first.yaml"], { env });
    await first.waitForLine("a | holds");
    const second = project.start(["run", "second.yaml"], { env });
    await second.waitForLine(`b waits: process ${first.process.pid}`);
    await project.write({ go: "" });
    expect((await first.result).code).toBe(0);
    expect((await second.result).stdout).toContain("b | has it");
  });

  it("get what a killed one had", async () => {
    const text = pipelineOf({ a: { run: "echo here; test -e go || sleep 60", resources: { gpu: 1 } } });
    await using project = await createProject({ "p.yaml": text });
    const env = await installGpus(project, 1);
    const first = project.start(["run", "p.yaml"], { env });
    await first.waitForLine("a | here");
    first.kill("SIGKILL");
    await first.result;
    await project.write({ go: "" });
    expect((await project.pipe(["run", "p.yaml"], { env })).code).toBe(0);
  });
});

describe("a stage that would never fit", () => {
  it("is a mistake with its place, before anything runs", async () => {
    const text = `version: 1
name: large
resources: { memory: 4 GB, tokens: { server: 2 } }
stages:
  large:
    run: "true"
    resources: { cpu: 4, memory: 8 GB, gpu: 2, tokens: { server: 3, other: 2 } }
  small: { run: "true" }
`;
    await using project = await createProject({ "large.yaml": text });
    const env = { ...(await installGpus(project, 1)), PIPE_RESOURCES: "cpu=2" };
    const { code, stderr } = await project.pipe(["run", "large.yaml"], { env });
    expect(code).toBe(2);
    expect(stderr.match(/^large\.yaml.*$/gm)).toEqual([
      'large.yaml:7:23 error PIPE202 stage "large" asks for 4 processors, and there are 2',
      'large.yaml:7:34 error PIPE202 stage "large" asks for 8.00 GB of memory, and there are 4.00 GB',
      'large.yaml:7:45 error PIPE202 stage "large" asks for 2 GPUs, and there is 1',
      'large.yaml:7:66 error PIPE202 stage "large" asks for 3 of the token "server", and there are 2',
      'large.yaml:7:76 error PIPE202 stage "large" asks for 2 of the token "other", and there is 1',
    ]);
    expect(await project.list("runs")).toEqual([]);
  });

  it("is no mistake when limits are no numbers: they are one themselves", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf({ a: { run: "true" } }) });
    const env = { PIPE_RESOURCES: "cpu=many" };
    const { code, stderr } = await project.pipe(["run", "p.yaml", "--jobs", "0"], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('error PIPE307 PIPE_RESOURCES holds "cpu=many"');
    expect(stderr).toContain('error PIPE303 --jobs takes a number of stages, at least 1, but got "0"');
  });
});
