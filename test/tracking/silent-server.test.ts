import { describe, expect, it } from "vitest";
import { createProject } from "../rig/project.ts";
import { startFaultingProxy } from "./faulting-proxy.ts";

const pipeline = "version: 1\nname: hello\nstages:\n  hello: { run: echo hi }\n";

/** Takes every call and never answers. */
async function startSilentServer() {
  const proxy = await startFaultingProxy("http://127.0.0.1:9");
  proxy.fault = () => new Promise(() => {});
  return proxy;
}

describe("a server that takes calls and never answers", () => {
  it("is waited for by sync for a known time, and one run's failure speaks for all", async () => {
    await using server = await startSilentServer();
    await using project = await createProject({ "p.yaml": pipeline });
    for (const _ of [1, 2, 3]) await project.pipe(["run", "p.yaml", "--no-mlflow"]);
    const env = { MLFLOW_TRACKING_URI: server.url, MLFLOW_HTTP_REQUEST_TIMEOUT: "1" };
    const { code, stdout, stderr } = await project.pipe(["mlflow", "sync"], { env });
    const since = /since (\d\d:\d\d:\d\d)/.exec(stderr)?.[1];
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `MLflow: waiting for ${server.url}, which does not answer, since ${since}; no longer than 2 s. Ctrl-C ends it, and nothing is lost.\n`,
    });
    expect(stdout).toMatch(
      /^\d{8}-\d{6}-hello-\w+ {2}MLflow: not all of this run is there yet \(http:\/\/127\.0\.0\.1:\d+ takes calls and does not answer, since \d\d:\d\d:\d\d\)\. Nothing is lost: pipe mlflow sync delivers the rest\.\nThe same would become of 2 more, which were not tried\.\n$/,
    );
  });

  it("is left at once at Ctrl-C", async () => {
    await using server = await startSilentServer();
    await using project = await createProject({ "p.yaml": pipeline });
    await project.pipe(["run", "p.yaml", "--no-mlflow"]);
    // An hour would pass otherwise.
    const env = { MLFLOW_TRACKING_URI: server.url, MLFLOW_HTTP_REQUEST_TIMEOUT: "3600" };
    const sync = project.start(["mlflow", "sync"], { env });
    await server.waitForRequest(0);
    sync.kill("SIGINT");
    expect(await sync.result).toMatchObject({ code: 130, stdout: "" });
  });
});
