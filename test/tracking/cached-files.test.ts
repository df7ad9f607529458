import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProject, type ProjectRig } from "../rig/project.ts";
import type { FaultingProxy } from "./faulting-proxy.ts";
import { type MlflowServer, mlflowPython } from "./mlflow-server.ts";
import { viewExperiment, viewModels } from "./mlflow-view.ts";
import { useServers } from "./use-servers.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

/** One stage whose kind draws a plot, and one that makes a model. */
const pipelineFor = (experiment: string): string => `
version: 1
name: cached
experiment: ${experiment}
stages:
  cells: { uses: demo/cells, with: { train: 30, test: 4, size: 16 } }
  unzip: { uses: archive/unzip, with: { archive: "\${{ stages.cells.outputs.archive }}" } }
  dataset:
    uses: dataset/build
    with:
      images: "\${{ stages.unzip.outputs.files }}/train"
      labels: { csv: "\${{ stages.unzip.outputs.files }}/train.csv", classes: 28 }
      channels: [red, green, blue, yellow]
  stats: { uses: dataset/stats, with: { dataset: "\${{ stages.dataset.outputs.dataset }}" } }
  model:
    run: 'mkdir -p "$PIPE_OUTPUT_M" && echo "flavors: {}" > "$PIPE_OUTPUT_M/MLmodel"'
    outputs: { m: { kind: mlflow-model, path: m } }
`;

const plot = "plots/classes.svg";

describe.skipIf(mlflowPython.type === "missing")(`a stage from the cache, in a real MLflow server${reason}`, () => {
  let server: MlflowServer;
  let proxy: FaultingProxy;
  useServers((servers) => ({ server, proxy } = servers));

  /** Runs the pipeline, told to nobody, and returns the run's name. */
  async function run(project: ProjectRig): Promise<string> {
    const events = await project.events(["run", "p.yaml", "--no-mlflow"]);
    const [start] = events;
    return start?.type === "run-started" ? start.run : "";
  }
  const sync = async (project: ProjectRig, name: string, url = server.url): Promise<void> => {
    expect(await project.pipe(["mlflow", "sync", name], { env: { MLFLOW_TRACKING_URI: url } })).toMatchObject({
      code: 0,
      stderr: "",
    });
  };
  /** The MLflow run of a stage of one of our runs. */
  async function stageOf(experiment: string, name: string, stage: string) {
    const { runs } = await viewExperiment(server.url, experiment);
    const found = runs.filter(({ tags }) => tags["pipe.run_id"] === name && tags["pipe.stage"] === stage);
    expect(found).toHaveLength(1);
    return found[0] as (typeof found)[number];
  }
  const idsOfModels = async (experiment: string) =>
    (await viewModels(server.url, experiment)).map(({ runId, status }) => [runId, status]);

  it("has its plots and models itself when the run that made them was never told; later ones lead there", async () => {
    await using project = await createProject({ "p.yaml": pipelineFor("untold") });
    const first = await run(project);
    const svg = await project.read(`runs/${first}/stages/stats/outputs/${plot}`);
    const [second, third] = [await run(project), await run(project)];
    // Nothing is left of what was there before but the run's own record.
    await rm(join(project.folder, "runs", first), { recursive: true });
    await rm(join(project.folder, ".pipe"), { recursive: true });
    // The first tries of some calls are not answered, half of them though they were carried out.
    const seen = new Set<string>();
    proxy.fault = ({ method, path, number }) => {
      const call = `${method} ${path.replace(/\?.*/, "").replace(/\/artifacts\/.*/, "")}`;
      if (seen.has(call)) return "none";
      seen.add(call);
      return number % 2 === 0 ? "lose-answer" : "refuse";
    };
    await sync(project, second, proxy.url);
    proxy.fault = () => "none";
    await sync(project, third);
    // A new address, under which all is looked up.
    await sync(project, second);
    const [stats, model] = [await stageOf("untold", second, "stats"), await stageOf("untold", second, "model")];
    expect(stats.tags).toMatchObject({ "pipe.cached": "true", "pipe.made_by": first, "pipe.has_files": "true" });
    expect(stats.tags).not.toHaveProperty("pipe.files_in");
    expect(stats.artifacts[plot]).toBe(svg);
    expect(stats.tags["mlflow.loggedImages"]).toBe("True");
    expect(Object.keys(stats.artifacts).filter((path) => path.startsWith("images/samples+"))).not.toEqual([]);
    expect(await idsOfModels("untold")).toEqual([[model.id, "LOGGED_MODEL_READY"]]);
    for (const [stage, owner] of [
      ["stats", stats],
      ["model", model],
    ] as const) {
      const later = await stageOf("untold", third, stage);
      expect(later.tags).toMatchObject({ "pipe.cached": "true", "pipe.files_in": owner.id });
      expect(later.tags).not.toHaveProperty("pipe.has_files");
      expect(later.artifacts).toEqual({});
    }
  });

  it("leads to the run that made them, and has them itself once that one is deleted in MLflow", async () => {
    await using project = await createProject({ "p.yaml": pipelineFor("told") });
    const names = [await run(project), await run(project), await run(project)];
    const [first = "", second = "", third = ""] = names;
    await sync(project, first);
    await sync(project, second);
    const maker = await stageOf("told", first, "stats");
    const modelMaker = await stageOf("told", first, "model");
    expect(maker.tags).toMatchObject({ "pipe.cached": "false", "pipe.has_files": "true" });
    expect((await stageOf("told", second, "stats")).tags["pipe.files_in"]).toBe(maker.id);
    expect((await stageOf("told", second, "model")).tags["pipe.files_in"]).toBe(modelMaker.id);
    expect(await idsOfModels("told")).toEqual([[modelMaker.id, "LOGGED_MODEL_READY"]]);
    for (const { id } of [maker, modelMaker])
      await fetch(`${server.url}/api/2.0/mlflow/runs/delete`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ run_id: id }),
      });
    await sync(project, third);
    const stats = await stageOf("told", third, "stats");
    expect(stats.tags["pipe.has_files"]).toBe("true");
    expect(stats.artifacts[plot]).toBe(await project.read(`runs/${third}/stages/stats/outputs/${plot}`));
    const own = await stageOf("told", third, "model");
    expect((await idsOfModels("told")).map(([id]) => id)).toContain(own.id);
  });
});
