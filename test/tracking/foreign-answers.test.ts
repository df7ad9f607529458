import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pathExists } from "../../src/util/path-exists.ts";
import { createProject } from "../rig/project.ts";
import { deliver, expectWhole } from "./expect-whole.ts";
import type { FaultingProxy, ProxyAnswer } from "./faulting-proxy.ts";
import { type MlflowServer, mlflowPython } from "./mlflow-server.ts";
import { viewExperiment } from "./mlflow-view.ts";
import { createRecordedRun, expectedMetrics } from "./recorded-run.ts";
import { useServers } from "./use-servers.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

const html = { "content-type": "text/html" };
/** What proxies say when the server behind them is not there, and to whom they do not know. */
const pages: Readonly<Record<string, ProxyAnswer>> = {
  "a page that says 404": {
    type: "answer",
    status: 404,
    headers: html,
    text: "<html><head><title>404 Not Found</title></head><body><center>nginx</center></body></html>",
  },
  "a text that says 400": { type: "answer", status: 400, text: "default backend: bad request" },
  "JSON of its own that says 404": {
    type: "answer",
    status: 404,
    text: '{"message":"no Route matched with those values"}',
  },
  "a page to log in, as if all were well": {
    type: "answer",
    status: 200,
    headers: html,
    text: "<!doctype html><title>Log in</title><form></form>",
  },
};

describe.skipIf(mlflowPython.type === "missing")(`answers before a real MLflow server${reason}`, () => {
  let server: MlflowServer;
  let proxy: FaultingProxy;
  useServers((servers) => ({ server, proxy } = servers));

  it.each(Object.entries(pages))("are no refusal: every call first meets %s", async (name, page) => {
    const experiment = name.replaceAll(" ", "-");
    await using run = await createRecordedRun(experiment);
    await run.record();
    const seen = new Set<string>();
    proxy.fault = ({ method, path, body }) => {
      const call = `${method} ${path} ${body}`;
      if (seen.has(call)) return "none";
      seen.add(call);
      return page;
    };
    expect(await deliver(run, proxy.url)).toMatchObject({ isComplete: true, numRefused: 0 });
    expect(seen.size).toBeGreaterThan(10);
    await expectWhole(server.url, experiment);
  });

  it.each([
    ["log-batch", "logs"],
    ["mlflow-artifacts", "files"],
    ["log-inputs", "inputs"],
  ])("keep what they were given instead of the server for later: %s", async (path, experiment) => {
    const page = pages["a page that says 404"] as ProxyAnswer;
    await using run = await createRecordedRun(experiment);
    await run.record();
    proxy.fault = (request) => (request.path.includes(path) ? page : "none");
    await expect(deliver(run, proxy.url)).rejects.toThrow(
      `${proxy.url} answers 404, and not as MLflow does ("404 Not Found"): a proxy before it is in trouble, or MLFLOW_TRACKING_URI is wrong`,
    );
    expect(await pathExists(join(run.folder, "tracking", "refused.ndjson"))).toBe(false);
    proxy.fault = () => "none";
    expect(await deliver(run, proxy.url)).toMatchObject({ isComplete: true, numRefused: 0 });
    await expectWhole(server.url, experiment);
  });

  it("are told in a line by sync, which ends, and delivers later", async () => {
    await using run = await createRecordedRun("told");
    await run.record();
    await using project = await createProject();
    const args = ["mlflow", "sync", "-C", run.projectFolder];
    const sync = () => project.pipe(args, { env: { MLFLOW_TRACKING_URI: proxy.url } });
    proxy.fault = () => pages["a page that says 404"] as ProxyAnswer;
    const { code, stdout, stderr } = await sync();
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(/not all of this run is there yet \(http.* answers 404, and not as MLflow does .*\n$/);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    proxy.fault = () => "none";
    expect((await sync()).code).toBe(0);
    await expectWhole(server.url, "told");
  });

  it("do not make it told twice: the run is looked for, and a proxy's page is there instead", async () => {
    await using run = await createRecordedRun("looked-for");
    await run.record(60);
    await deliver(run, proxy.url);
    await run.record();
    proxy.fault = ({ path }) => (path.includes("/runs/get") ? (pages["a page that says 404"] as ProxyAnswer) : "none");
    await expect(deliver(run, proxy.url)).rejects.toThrow("not as MLflow does");
    proxy.fault = () => "none";
    await deliver(run, proxy.url);
    await expectWhole(server.url, "looked-for");
  });

  it("that hold NaN as Python writes it are understood", async () => {
    await using run = await createRecordedRun("python");
    await run.record(60);
    const { runs } = await deliver(run, server.url);
    // Somebody else's values, which the server tells with the run's own.
    for (const value of ["NaN", "Infinity"]) {
      await fetch(`${server.url}/api/2.0/mlflow/runs/log-metric`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ run_id: runs["stage train"]?.id, key: "odd", value, timestamp: 1, step: 0 }),
      });
    }
    let numBare = 0;
    proxy.fault = ({ path }) => {
      if (!/\/runs\/(get|search)|get-history/.test(path)) return "none";
      const change = (text: string): string =>
        text.replaceAll(
          /("value": ?)(?:"(NaN|Infinity)"|1\.79\d*e\+?308)/g,
          (_all, name: string, word = "-Infinity") => {
            numBare += 1;
            return `${name}${word}`;
          },
        );
      return { type: "change", change };
    };
    await run.record();
    // A new address: all is looked up.
    await deliver(run, proxy.url);
    expect(numBare).toBeGreaterThan(0);
    const { runs: found } = await viewExperiment(server.url, "python");
    expect(found.map(({ name }) => name).sort()).toEqual(["recorded 20260922-120000-recorded-0001", "stats", "train"]);
    const { odd, ...metrics } = found.find(({ name }) => name === "train")?.metrics ?? {};
    expect(metrics).toEqual(expectedMetrics.train);
    expect(odd).toHaveLength(2);
  });
});
