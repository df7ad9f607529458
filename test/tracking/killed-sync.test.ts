import { describe, expect, it } from "vitest";
import { createProject } from "../rig/project.ts";
import { deliver, expectWhole } from "./expect-whole.ts";
import type { FaultingProxy } from "./faulting-proxy.ts";
import { type MlflowServer, mlflowPython } from "./mlflow-server.ts";
import { viewExperiment, viewModels } from "./mlflow-view.ts";
import { createRecordedRun } from "./recorded-run.ts";
import { useServers } from "./use-servers.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

/** All that a server holds of an experiment, ids of its own replaced by what they stand for. */
async function describeExperiment(url: string, experiment: string): Promise<unknown> {
  const [{ runs }, models] = await Promise.all([viewExperiment(url, experiment), viewModels(url, experiment)]);
  const stageOf = (id: string | undefined) => runs.find((run) => run.id === id)?.tags["pipe.stage"];
  const described = runs.map(({ id: _, tags, models: listed, ...run }) => ({
    ...run,
    tags: { ...tags, "mlflow.parentRunId": stageOf(tags["mlflow.parentRunId"]) },
    models: listed.map((id) => models.find((model) => model.id === id)?.name),
  }));
  const ofModels = models.map(async ({ id: _, runId, readArtifacts, ...model }) => ({
    ...model,
    run: stageOf(runId),
    artifacts: await readArtifacts(),
  }));
  return { runs: described.sort((a, b) => (a.name < b.name ? -1 : 1)), models: await Promise.all(ofModels) };
}

describe.skipIf(mlflowPython.type === "missing")(
  `pipe mlflow sync that is killed, with a real MLflow server,${reason}`,
  () => {
    let server: MlflowServer;
    let proxy: FaultingProxy;
    useServers((servers) => ({ server, proxy } = servers));

    it("and repeated leaves on the server what one undisturbed delivery does, entity by entity", async () => {
      await using undisturbed = await createRecordedRun("undisturbed");
      await undisturbed.record();
      await deliver(undisturbed, server.url);
      await using run = await createRecordedRun("killed-sync");
      await run.record();
      await using project = await createProject();
      const sync = () =>
        project.start(["mlflow", "sync", "-C", run.projectFolder], {
          env: { MLFLOW_TRACKING_URI: proxy.url, USER: "ada" },
        });
      // One call further each time, from the first call of all to the last.
      let numKilled = 0;
      for (let numCalls = 1; ; numCalls += 3) {
        const first = proxy.numRequests;
        const one = sync();
        // What the killed one had sent comes to the server all the same, or does not.
        proxy.fault = ({ number }) => {
          if (number !== first + numCalls) return "none";
          one.kill("SIGKILL");
          numKilled += 1;
          return numKilled % 2 === 0 ? "none" : "refuse";
        };
        const { code, signal } = await one.result;
        await proxy.waitForQuiet();
        if (signal === null) {
          expect(code).toBe(0);
          break;
        }
      }
      expect(numKilled).toBeGreaterThan(8);
      await expectWhole(server.url, "killed-sync");
      expect(await describeExperiment(server.url, "killed-sync")).toEqual(
        await describeExperiment(server.url, "undisturbed"),
      );
    });
  },
);
