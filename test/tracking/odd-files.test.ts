import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject, type ProjectRig } from "../rig/project.ts";
import { type MlflowServer, mlflowPython, startMlflowServer } from "./mlflow-server.ts";
import { viewExperiment } from "./mlflow-view.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

const pipelineFor = (experiment: string): string =>
  JSON.stringify({
    version: 1,
    name: "hello",
    experiment,
    stages: { hello: { run: 'echo "{\\"metric\\": \\"loss\\", \\"value\\": 0.5}"' } },
  });

/** Lines that no version of pipe has written. */
const oddLines = [
  "null",
  "42",
  '"text"',
  "[]",
  "{}",
  '{"type":"stage-finished"',
  '{"type":"stage-finished","at":1}',
  '{"type":"stage-event","at":1,"stage":"hello","event":null}',
  '{"type":"stage-event","at":1,"stage":"hello","event":{"type":"metric"}}',
  '{"type":"run-started","at":"now"}',
  '{"type":"constructor","at":1}',
  '{"level":"info","msg":"from another program"}',
];

describe.skipIf(mlflowPython.type === "missing")(`pipe mlflow sync, with a real MLflow server,${reason}`, () => {
  let server: MlflowServer;
  beforeAll(async () => {
    server = await startMlflowServer();
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());

  /** A project with runs that no server knows, oldest first. */
  async function createRuns(experiment: string, numRuns: number): Promise<{ project: ProjectRig; runs: string[] }> {
    const project = await createProject({ "p.yaml": pipelineFor(experiment) });
    for (let run = 0; run < numRuns; run += 1) await project.pipe(["run", "p.yaml", "--no-mlflow"]);
    return { project, runs: (await project.list("runs")).filter((name) => name !== "latest") };
  }
  const sync = (project: ProjectRig) => project.pipe(["mlflow", "sync"], { env: { MLFLOW_TRACKING_URI: server.url } });
  const stages = async (experiment: string) =>
    (await viewExperiment(server.url, experiment)).runs.map(({ name, status, metrics }) => [
      name.split(" ")[0],
      status,
      metrics["loss"],
    ]);
  const whole = [
    ["hello", "FINISHED", undefined],
    ["hello", "FINISHED", ["0 0.5"]],
  ];

  it("passes over odd lines among the events, names them, and delivers the rest", async () => {
    const { project, runs } = await createRuns("odd-lines", 1);
    await using _ = project;
    const path = join(project.folder, "runs", runs[0] ?? "", "events.ndjson");
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(3);
    const odd = [...oddLines, ...lines.slice(0, 2), ...oddLines.slice(0, 2), ...lines.slice(2)];
    await writeFile(path, `${odd.join("\n")}\n`);
    const { code, stderr, stdout } = await sync(project);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `MLflow: ${runs[0]}: passed over lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 4 more of its events.ndjson, which are no event of pipe's.\n`,
    });
    expect(stdout).toContain(`${runs[0]}  ${server.url}/#/experiments/`);
    expect((await stages("odd-lines")).sort()).toEqual(whole);
  });

  it("goes on with the other runs when one cannot be read", async () => {
    const { project, runs } = await createRuns("unreadable", 1);
    await using _ = project;
    // Before it in time, so that it would be in the way.
    await mkdir(join(project.folder, "runs/20200101-000000-folder-0000/events.ndjson"), { recursive: true });
    await project.write({
      "runs/20200101-000000-headless-0000/events.ndjson": '{"type":"notice","at":1,"level":"info","text":"x"}\n',
      "runs/20200101-000000-foreign-0000/events.ndjson": "null\nfrom another program\n",
    });
    const { code, stdout } = await sync(project);
    expect(code).toBe(1);
    const pending = "MLflow: not all of this run is there yet";
    expect(stdout).toContain(`20200101-000000-folder-0000  ${pending} (EISDIR: `);
    expect(stdout).toContain(
      `${pending} (The events of run 20200101-000000-headless-0000 do not begin with its start).`,
    );
    expect(stdout).toContain("20200101-000000-foreign-0000  nothing is recorded\n");
    expect(stdout).toContain(`${runs[0]}  ${server.url}/#/experiments/`);
    expect((await stages("unreadable")).sort()).toEqual(whole);
  });

  it.each([
    "",
    "null\n",
    "{}\n",
    '{"version":2}\n',
    "another text\n",
    '{"version":2,"position":"x","runs":null}\n',
    "half",
  ])("looks up on the server what a damaged delivery state does not say: %j", async (content) => {
    const experiment = `state-${content.length}`;
    const { project, runs } = await createRuns(experiment, 1);
    await using _ = project;
    expect((await sync(project)).code).toBe(0);
    const path = `runs/${runs[0]}/tracking/delivered.json`;
    const old = await project.read(path);
    const withUrl =
      content === "half"
        ? old.slice(0, old.length / 2)
        : content.replace("{", `{"server":"${server.url}",`).replace(",}", "}");
    await project.write({ [path]: withUrl, [`runs/${runs[0]}/status.json`]: content });
    expect(await sync(project)).toMatchObject({ code: 0, stderr: "" });
    expect((await stages(experiment)).sort()).toEqual(whole);
  });
});
