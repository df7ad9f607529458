import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject } from "../rig/project.ts";
import { type Fault, startFaultingProxy } from "./faulting-proxy.ts";
import { type MlflowServer, mlflowPython, startMlflowServer } from "./mlflow-server.ts";
import { viewExperiment } from "./mlflow-view.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

const pipeline = `
version: 1
name: slow
experiment: slow
stages:
  first: { run: 'echo "{\\"metric\\": \\"loss\\", \\"value\\": 0.5}"', needs: [] }
  second: { run: echo second, needs: [first] }
`;

describe.skipIf(mlflowPython.type === "missing")(`a server that is slow${reason}`, () => {
  let server: MlflowServer;
  beforeAll(async () => {
    server = await startMlflowServer();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  it("makes no stage wait, nor the run's end: all is over before the first answer, and told later", async () => {
    await using proxy = await startFaultingProxy(server.url);
    let answer: (fault: Fault) => void = () => {};
    const held = new Promise<Fault>((resolve) => {
      answer = resolve;
    });
    proxy.fault = () => held;
    await using project = await createProject({ "p.yaml": pipeline });
    const env = { MLFLOW_TRACKING_URI: proxy.url };
    const { code, stdout } = await project.pipe(["run", "p.yaml"], { env });
    // It has ended, and the first call still waits for its answer.
    expect({ code, numRequests: proxy.numRequests }).toEqual({ code: 0, numRequests: 1 });
    expect(stdout).toMatch(
      /MLflow: not all of this run is there yet \(the server takes \d+\.\d s to answer, for which the run does not wait\)\. Nothing is lost: pipe mlflow sync delivers the rest\.\n$/,
    );
    answer("refuse");
    proxy.fault = () => "none";
    expect((await project.pipe(["mlflow", "sync"], { env })).code).toBe(0);
    const { runs } = await viewExperiment(server.url, "slow");
    expect(runs.map(({ name, status }) => `${name.split(" ")[0]} ${status}`).sort()).toEqual([
      "first FINISHED",
      "second FINISHED",
      "slow FINISHED",
    ]);
    expect(runs.find(({ name }) => name === "first")?.metrics["loss"]).toEqual(["0 0.5"]);
  });
});
