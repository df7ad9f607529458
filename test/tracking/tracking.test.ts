import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/base/event.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";
import type { FaultingProxy } from "./faulting-proxy.ts";
import { type MlflowServer, mlflowPython } from "./mlflow-server.ts";
import { type MlflowView, viewExperiment } from "./mlflow-view.ts";
import { useServers } from "./use-servers.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

const pipelineFor = (experiment: string): string => `
version: 1
name: cells
experiment: ${experiment}
params: { seed: 5 }
stages:
  cells:
    uses: demo/cells
    with: { train: 30, test: 4, size: 16, seed: "\${{ params.seed }}" }
  unzip:
    uses: archive/unzip
    with: { archive: "\${{ stages.cells.outputs.archive }}" }
  dataset:
    uses: dataset/build
    with:
      images: "\${{ stages.unzip.outputs.files }}/train"
      labels: { csv: "\${{ stages.unzip.outputs.files }}/train.csv", classes: 28 }
      channels: [red, green, blue, yellow]
  stats:
    uses: dataset/stats
    with: { dataset: "\${{ stages.dataset.outputs.dataset }}" }
`;

/** Everything that was measured in a run, by stage: \`step value\` by name. */
function measuredIn(events: readonly RunEvent[]): Record<string, Record<string, string[]>> {
  const stages: Record<string, Record<string, string[]>> = {};
  const add = (stage: string, { name, step, value }: { name: string; step: number; value: number }) => {
    stages[stage] ??= {};
    stages[stage][name] = [...(stages[stage][name] ?? []), `${step} ${value}`];
  };
  for (const event of events) {
    if (event.type === "stage-event" && event.event.type === "metric") add(event.stage, event.event);
    if (event.type === "stage-finished") for (const metric of event.metrics) add(event.stage, metric);
  }
  return stages;
}

async function readEvents(project: ProjectRig): Promise<RunEvent[]> {
  const text = await project.read("runs/latest/events.ndjson");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
}

/** The server holds one pipeline run and its stages, and of each metric what was measured, once. */
async function expectAllThere(project: ProjectRig, view: MlflowView): Promise<void> {
  const measured = measuredIn(await readEvents(project));
  expect(view.runs.map(({ name }) => name.split(" ")[0]).sort()).toEqual([
    "cells",
    "cells",
    "dataset",
    "stats",
    "unzip",
  ]);
  const parent = view.runs.find(({ tags }) => tags["mlflow.parentRunId"] === undefined);
  for (const run of view.runs.filter((one) => one !== parent)) {
    expect(run.tags["mlflow.parentRunId"]).toBe(parent?.id);
    expect(run.status).toBe("FINISHED");
    expect(run.metrics).toEqual(measured[run.name] ?? {});
  }
  const onParent = Object.entries(measured).flatMap(([stage, metrics]) =>
    Object.entries(metrics)
      .filter(([name]) => !name.startsWith("system/"))
      .map(([name, values]) => [`${stage}/${name}`, values]),
  );
  expect(parent?.metrics).toEqual(Object.fromEntries(onParent));
}

describe.skipIf(mlflowPython.type === "missing")(`a run in a real MLflow server${reason}`, () => {
  let server: MlflowServer;
  let proxy: FaultingProxy;
  useServers((servers) => ({ server, proxy } = servers));

  const environment = (url: string) => ({ env: { MLFLOW_TRACKING_URI: url, USER: "ada" } });
  const nowhere = environment("http://127.0.0.1:9");
  /** Of a busy machine's server, a run's end leaves some of the run to this. */
  const sync = async (project: ProjectRig, ...runs: string[]): Promise<string> => {
    const { code, stdout } = await project.pipe(["mlflow", "sync", ...runs], environment(server.url));
    expect(code).toBe(0);
    return stdout;
  };
  const createCells = (experiment: string) => createProject({ "p.yaml": pipelineFor(experiment) });

  it("is there with its stages, parameters, metrics, inputs and artifacts", async () => {
    await using project = await createCells("whole");
    const { code, stdout } = await project.pipe(["run", "p.yaml"], environment(server.url));
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nMLflow: (http|not all)/);
    expect(await sync(project)).toContain(`  ${server.url}/#/experiments/`);
    const view = await viewExperiment(server.url, "whole");
    await expectAllThere(project, view);
    const parent = view.runs.find(({ tags }) => tags["pipe.stage"] === "-");
    expect(parent?.tags).toMatchObject({
      "mlflow.user": "ada",
      "mlflow.source.name": "p.yaml",
      "mlflow.source.type": "LOCAL",
      "pipe.pipeline": "cells",
    });
    expect(parent?.params).toMatchObject({ "params.seed": "5", "cells.size": "16", "dataset.labels.classes": "28" });
    expect(parent?.artifacts["pipeline.yaml"]).toBe(pipelineFor("whole"));
    expect(JSON.parse(parent?.artifacts["resolved.json"] ?? "")).toMatchObject({ params: { seed: 5 } });
    expect(parent?.artifacts["report.html"]).toBe(await project.read("runs/latest/report.html"));
    const stats = view.run("stats");
    expect(stats.artifacts["stats.json"]).toBe(await project.read("runs/latest/stages/stats/outputs/stats.json"));
    const plots = Object.keys(stats.artifacts).filter((path) => path.startsWith("plots/"));
    expect(plots.sort()).toEqual(
      ["classes", "labels-per-sample"].flatMap((name) => [`plots/${name}.png`, `plots/${name}.svg`]),
    );
    const drawn = await project.read("runs/latest/stages/stats/outputs/plots/classes.svg");
    expect(stats.artifacts["plots/classes.svg"]).toBe(drawn);
    expect(stats.tags).toMatchObject({ "pipe.cached": "false" });
    expect(stats.tags["pipe.fingerprint"]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("logs a stage from the cache with its metrics and the run that made it", async () => {
    await using project = await createCells("cached");
    const [first] = await project.events(["run", "p.yaml", "--no-mlflow"]);
    const { stdout } = await project.pipe(["run", "p.yaml"], environment(server.url));
    // This one alone: the first was not to be there.
    await sync(project, /\d{8}-\d{6}-cells-\w+/.exec(stdout)?.[0] ?? "");
    const view = await viewExperiment(server.url, "cached");
    await expectAllThere(project, view);
    expect(view.run("stats").tags).toMatchObject({
      "pipe.cached": "true",
      "pipe.made_by": first?.type === "run-started" ? first.run : "",
    });
    expect(Object.keys(view.run("stats").metrics)).toHaveLength(8);
  });

  it("completes without a server, and is delivered later, once however often", async () => {
    await using project = await createCells("later");
    const { code, stdout } = await project.pipe(["run", "p.yaml"], nowhere);
    expect(code).toBe(0);
    expect(stdout).toContain("pipe mlflow sync delivers the rest");
    for (const _ of [1, 2]) expect((await project.pipe(["mlflow", "sync"], environment(server.url))).code).toBe(0);
    await expectAllThere(project, await viewExperiment(server.url, "later"));
  });

  it("is there once when answers get lost and calls fail", async () => {
    await using project = await createCells("weather");
    await project.pipe(["run", "p.yaml"], nowhere);
    let numFaults = 0;
    proxy.fault = ({ number }) => {
      const fault = number % 5 === 3 ? "lose-answer" : number % 5 === 1 ? "refuse" : "none";
      if (fault !== "none") numFaults += 1;
      return fault;
    };
    let numTries = 0;
    while ((await project.pipe(["mlflow", "sync"], environment(proxy.url))).code !== 0) {
      numTries += 1;
      expect(numTries).toBeLessThan(40);
    }
    proxy.fault = () => "none";
    expect(numFaults).toBeGreaterThan(5);
    await expectAllThere(project, await viewExperiment(server.url, "weather"));
  });

  it("is there once when the delivery is killed on the way", async () => {
    await using project = await createCells("killed");
    await project.pipe(["run", "p.yaml"], nowhere);
    proxy.latencyMs = 30;
    for (const numRequests of [3, 7, 12]) {
      const sync = project.start(["mlflow", "sync"], environment(proxy.url));
      await Promise.race([proxy.waitForRequest(proxy.numRequests + numRequests), sync.result]);
      sync.kill("SIGKILL");
      await sync.result;
    }
    proxy.latencyMs = 0;
    expect((await project.pipe(["mlflow", "sync"], environment(proxy.url))).code).toBe(0);
    await expectAllThere(project, await viewExperiment(server.url, "killed"));
  });

  it("is there while it goes on", async () => {
    const waiting = `version: 1\nname: cells\nexperiment: live\nstages:\n  wait: { run: 'echo "{\\"metric\\": \\"loss\\", \\"value\\": 0.5, \\"step\\": 3}"; cat gate' }\n`;
    await using project = await createProject({ "p.yaml": waiting });
    execFileSync("mkfifo", [join(project.folder, "gate")]);
    const run = project.start(["run", "p.yaml"], environment(server.url));
    await run.waitForLine("loss");
    // The stage waits at the gate: what the server shows it shows of a run that has not ended.
    const metrics = async () => {
      const view = await viewExperiment(server.url, "live").catch(() => undefined);
      return view?.runs.find(({ name }) => name === "wait");
    };
    // The names are MLflow's own for what its UI shows in a tab of system metrics.
    const system = ["cpu_utilization_percentage", "system_memory_usage_megabytes", "system_memory_usage_percentage"];
    const sampled = expect.stringMatching(/^0 [\d.]+(,|$)/);
    const soFar = { loss: "3 0.5", ...Object.fromEntries(system.map((name) => [`system/${name}`, sampled])) };
    // More samples may have come by the time that it is looked at.
    const shown = async () => {
      const { status, metrics: values = {} } = (await metrics()) ?? {};
      return { status, metrics: Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.join()])) };
    };
    await expect.poll(shown).toMatchObject({ status: "RUNNING", metrics: soFar });
    await project.write({ gate: "" });
    expect((await run.result).code).toBe(0);
    await sync(project);
    expect(await metrics()).toMatchObject({ status: "FINISHED", metrics: { loss: ["3 0.5"] } });
  });

  it("is there once when the server is gone from its middle on, and comes back later", async () => {
    const inTwo = `version: 1\nname: cells\nexperiment: dying\nstages:\n  first: { run: 'echo "{\\"metric\\": \\"loss\\", \\"value\\": 0.5, \\"step\\": 3}"; cat gate' }\n  second: { run: 'echo "{\\"metric\\": \\"loss\\", \\"value\\": 0.25}"', needs: [first] }\n`;
    await using project = await createProject({ "p.yaml": inTwo });
    execFileSync("mkfifo", [join(project.folder, "gate")]);
    const run = project.start(["run", "p.yaml"], environment(proxy.url));
    const first = async () => {
      const view = await viewExperiment(server.url, "dying").catch(() => undefined);
      return view?.runs.find(({ name }) => name === "first");
    };
    await expect.poll(first).toMatchObject({ status: "RUNNING", metrics: { loss: ["3 0.5"] } });
    // Nobody listens there.
    proxy.target = "http://127.0.0.1:9";
    await project.write({ gate: "" });
    const { code, stdout } = await run.result;
    proxy.target = server.url;
    expect(code).toBe(0);
    expect(stdout).toContain("pipe mlflow sync delivers the rest");
    expect(await first()).toMatchObject({ status: "RUNNING" });
    expect((await project.pipe(["mlflow", "sync"], environment(proxy.url))).code).toBe(0);
    const { runs } = await viewExperiment(server.url, "dying");
    expect(runs.map(({ name, status, metrics: { loss } }) => [name.split(" ")[0], status, loss]).sort()).toEqual([
      ["cells", "FINISHED", undefined],
      ["first", "FINISHED", ["3 0.5"]],
      ["second", "FINISHED", ["0 0.25"]],
    ]);
  });

  it.each([
    ["told to nobody", "dead", nowhere],
    ["told in part", "half-dead", undefined],
  ])(
    "is there as killed, with its logs and page, when pipe was killed and it was %s",
    async (_told, experiment, env) => {
      await using project = await createProject({
        "p.yaml": `version: 1
name: cells
experiment: ${experiment}
stages:
  quick: { run: echo quick }
  wait: { run: echo waiting; sleep 60, needs: [quick] }
  after: { run: echo never, needs: [wait] }
`,
      });
      const run = project.start(["run", "p.yaml"], env ?? environment(server.url));
      await run.waitForLine("wait | waiting");
      const statuses = async (): Promise<Record<string, string>> => {
        const { runs } = await viewExperiment(server.url, experiment);
        return Object.fromEntries(runs.map(({ name, status }) => [name.split(" ")[0], status]));
      };
      if (env === undefined)
        await expect
          .poll(() => statuses().catch(() => undefined), { timeout: 60_000 })
          .toEqual({ cells: "RUNNING", quick: "FINISHED", wait: "RUNNING" });
      run.kill("SIGKILL");
      await run.result;
      for (const _time of ["first", "second"]) {
        expect(await sync(project)).toContain("/#/experiments/");
        expect(await statuses()).toEqual({ cells: "KILLED", quick: "FINISHED", wait: "KILLED" });
        const view = await viewExperiment(server.url, experiment);
        const parent = view.run("cells");
        expect(Object.keys(parent.artifacts).sort()).toEqual(["pipeline.yaml", "report.html", "resolved.json"]);
        expect(parent.artifacts["report.html"]).toBe(await project.read("runs/latest/report.html"));
        expect(parent.artifacts["report.html"]).toContain('<span class="status broken-off">broken off</span>');
        const wait = view.run("wait");
        expect(wait.artifacts["log.txt"]).toMatch(/^waiting\n/);
        expect(wait.tags).toMatchObject({ "pipe.fingerprint": expect.stringMatching(/^[0-9a-f]{64}$/) });
        expect(view.run("quick").artifacts["log.txt"]).toBe("quick\n");
      }
    },
  );

  it("is not there when pipe was killed before it could say that the run begins", async () => {
    await using project = await createProject({ "runs/20261124-000000-cells-0000/events.ndjson": "" });
    expect(await sync(project)).toBe("20261124-000000-cells-0000  nothing is recorded\n");
  });
});
