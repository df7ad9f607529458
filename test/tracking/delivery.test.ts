import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTracker } from "../../src/tracking/tracker.ts";
import { deliver, expectWhole } from "./expect-whole.ts";
import type { FaultingProxy, ProxiedRequest } from "./faulting-proxy.ts";
import { type MlflowServer, mlflowPython, startMlflowServer } from "./mlflow-server.ts";
import { viewExperiment } from "./mlflow-view.ts";
import { createRecordedRun, expectedMetrics } from "./recorded-run.ts";
import { useServers } from "./use-servers.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";
const signal = new AbortController().signal;

const isCall = (path: string) => (request: ProxiedRequest) => request.path.endsWith(path);
const isCreate = isCall("/runs/create");

describe.skipIf(mlflowPython.type === "missing")(`delivery to a real MLflow server${reason}`, () => {
  let server: MlflowServer;
  let proxy: FaultingProxy;
  useServers((servers) => ({ server, proxy } = servers));

  it("tells nothing twice when the same server has a new address", async () => {
    await using run = await createRecordedRun("moved");
    await run.record();
    await deliver(run, server.url);
    await deliver(run, proxy.url);
    await expectWhole(server.url, "moved");
  });

  it("gets everything through when every third call fails, or loses its answer", async () => {
    for (const fault of ["refuse", "lose-answer"] as const) {
      await using run = await createRecordedRun(fault);
      await run.record();
      // Calls go out side by side: one could otherwise be the third each time that it is tried.
      const failed = new Set<string>();
      proxy.fault = ({ number, path, body }) => {
        const call = `${path} ${body}`;
        if (number % 3 !== 2 || failed.delete(call)) return "none";
        failed.add(call);
        return fault;
      };
      expect((await deliver(run, proxy.url)).isComplete).toBe(true);
      await expectWhole(server.url, fault);
    }
  });

  it("keeps one of two runs when a call is carried out after its sender gave up", async () => {
    await using run = await createRecordedRun("late");
    await run.record();
    let setOff = (): void => {};
    const until = new Promise<void>((resolve) => {
      setOff = resolve;
    });
    let numCreates = 0;
    proxy.fault = async (request) => {
      if (isCreate(request)) {
        numCreates += 1;
        return numCreates === 1 ? { type: "late", until } : "none";
      }
      if (isCall("/runs/update")(request)) {
        setOff();
        await proxy.waitForLate();
      }
      return "none";
    };
    await deliver(run, proxy.url);
    expect(numCreates).toBe(4);
    await expectWhole(server.url, "late");
  });

  it("tells a server again what it forgot when it was set back to an older database", async () => {
    await using half = await createRecordedRun("set-back-half");
    await using whole = await createRecordedRun("set-back-whole");
    await half.record(60);
    await deliver(half, proxy.url);
    const older = await server.copyDatabase();
    await half.record(20);
    await deliver(half, proxy.url);
    await whole.record();
    await deliver(whole, proxy.url);
    await using setBack = await startMlflowServer({ database: older });
    proxy.target = setBack.url;
    await half.record();
    await deliver(half, proxy.url);
    await deliver(whole, proxy.url);
    const { runs } = await viewExperiment(setBack.url, "set-back-half");
    expect(runs.find(({ name }) => name === "train")?.metrics).toEqual(expectedMetrics.train);
    expect(runs).toHaveLength(3);
    await expectWhole(setBack.url, "set-back-whole");
  });

  it("does not bring back what a user deleted in MLflow", async () => {
    await using run = await createRecordedRun("deleted");
    await run.record(60);
    const { runs } = await deliver(run, server.url);
    await fetch(`${server.url}/api/2.0/mlflow/runs/delete`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ run_id: runs.pipeline?.id }),
    });
    await run.record();
    expect((await deliver(run, server.url)).isDeleted).toBe(true);
    const view = await viewExperiment(server.url, "deleted");
    expect(view.runs.map(({ name }) => name).sort()).toEqual(["stats", "train"]);
  });

  it("leaves out what the server refuses, says so, and tells the rest", async () => {
    await using run = await createRecordedRun("refused");
    await run.record();
    proxy.fault = ({ path, body }) => (path.endsWith("log-batch") && body.includes('"step":7}') ? "reject" : "none");
    const state = await deliver(run, proxy.url);
    expect(state).toMatchObject({ isComplete: true, numRefused: 5 });
    const { runs } = await viewExperiment(server.url, "refused");
    const without = expectedMetrics.train["train/loss"].filter((value) => !value.startsWith("7 "));
    expect(runs.find(({ name }) => name === "train")?.metrics["train/loss"]).toEqual(without);
    const lines = (await readFile(join(run.folder, "tracking", "refused.ndjson"), "utf8")).trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { what: string }).what).sort()).toEqual([
      "metric batch/lr, step 7: 0.001",
      "metric train/loss, step 7: 0.125",
      "metric train/train/loss, step 7: 0.125",
      "metric train/val/macro_f1, step 7: 0.07",
      "metric val/macro_f1, step 7: 0.07",
    ]);
  });

  it("has the files that a stage showed when the cache was emptied before", async () => {
    await using run = await createRecordedRun("emptied");
    const tracker = createTracker({ runsFolder: run.runsFolder, findServer: () => undefined, user: "ada" });
    await run.record();
    for (const event of run.events) tracker.handle(event);
    expect(await tracker.close(signal)).toEqual({ type: "no-server" });
    await rm(run.outputsFolder, { recursive: true });
    await deliver(run, server.url);
    await expectWhole(server.url, "emptied");
  });

  it("lets a run go on its way when the server does not answer", async () => {
    await using run = await createRecordedRun("silent");
    proxy.latencyMs = 600_000;
    const tracker = createTracker({
      runsFolder: run.runsFolder,
      findServer: () => ({ url: proxy.url }),
      user: "ada",
    });
    await run.record();
    for (const event of run.events) tracker.handle(event);
    expect(await tracker.close(AbortSignal.abort())).toMatchObject({ type: "pending" });
    await deliver(run, server.url);
    await expectWhole(server.url, "silent");
  });
});
