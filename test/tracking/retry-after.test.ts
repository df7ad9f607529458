import { describe, expect, it } from "vitest";
import { createProject } from "../rig/project.ts";
import { deliver, expectWhole } from "./expect-whole.ts";
import type { FaultingProxy } from "./faulting-proxy.ts";
import { type MlflowServer, mlflowPython } from "./mlflow-server.ts";
import { createRecordedRun } from "./recorded-run.ts";
import { useServers } from "./use-servers.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

/** In whole seconds, as HTTP dates are: the next second but one. */
const soon = (): string => new Date(Math.floor(Date.now() / 1000) * 1000 + 2_000).toUTCString();

describe.skipIf(mlflowPython.type === "missing")(`Retry-After before a real MLflow server${reason}`, () => {
  let server: MlflowServer;
  let proxy: FaultingProxy;
  useServers((servers) => ({ server, proxy } = servers));

  it.each([
    ["429 and seconds", 429, () => "1"],
    ["503 and a date", 503, soon],
  ])("is waited for: %s", async (name, status, header) => {
    const experiment = `pause-${status}`;
    await using run = await createRecordedRun(experiment);
    await run.record();
    const early: string[] = [];
    const openFrom = new Map<string, number>();
    // Once for each kind of call, also for those that must not be carried out twice.
    proxy.fault = ({ method, path, body }) => {
      const kind = `${method} ${path.replace(/\?.*/, "").replace(/\/artifacts\/.*/, "")}`;
      const call = `${kind} ${body}`;
      const from = openFrom.get(call);
      if (from !== undefined && Date.now() < from) early.push(`${kind}: ${from - Date.now()} ms before its time`);
      if (openFrom.has(kind)) return "none";
      const retryAfter = header();
      const seconds = Number(retryAfter) * 1000;
      openFrom.set(kind, 0).set(call, Number.isNaN(seconds) ? Date.parse(retryAfter) : Date.now() + seconds);
      return { type: "answer", status, headers: { "retry-after": retryAfter }, text: "later" };
    };
    expect(await deliver(run, proxy.url)).toMatchObject({ isComplete: true, numRefused: 0 });
    expect({ name, early }).toEqual({ name, early: [] });
    expect(openFrom.size).toBeGreaterThan(10);
    await expectWhole(server.url, experiment);
  });

  it("of hours is told, and not waited for", async () => {
    await using run = await createRecordedRun("hours");
    await run.record();
    await using project = await createProject();
    const before = proxy.numRequests;
    proxy.fault = () => ({
      type: "answer",
      status: 429,
      headers: { "retry-after": "7200" },
      text: "Too many requests",
    });
    const env = { MLFLOW_TRACKING_URI: proxy.url };
    const { code, stdout } = await project.pipe(["mlflow", "sync", "-C", run.projectFolder], { env });
    expect({ code, numRequests: proxy.numRequests - before }).toEqual({ code: 1, numRequests: 1 });
    expect(stdout).toContain(`${proxy.url} answers 429 (and asks for a pause of 7200 s): Too many requests`);
  });
});
