import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject } from "../rig/project.ts";
import { type MlflowServer, mlflowPython, startMlflowServer } from "./mlflow-server.ts";
import { viewExperiment } from "./mlflow-view.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

describe.skipIf(mlflowPython.type === "missing")(`the git state of a run in a real MLflow server${reason}`, () => {
  let server: MlflowServer;
  beforeAll(async () => {
    server = await startMlflowServer();
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());

  it("is on the pipeline's run: commit, branch, and whether files differed from it", async () => {
    await using project = await createProject({
      "p.yaml": "version: 1\nname: git\nstages:\n  say: { run: echo hi }\n",
      ".gitignore": ".pipe/\nruns/\n.data/\n",
    });
    const git = (...words: string[]): string => {
      const settings = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
      return execFileSync("git", [...settings, ...words], { cwd: project.folder, encoding: "utf8" }).trim();
    };
    /** Runs the pipeline and returns the tags that begin so, of its own run. */
    const run = async (): Promise<Record<string, string>> => {
      const [start] = await project.events(["run", "p.yaml", "--no-mlflow"]);
      const { code } = await project.pipe(["mlflow", "sync"], { env: { MLFLOW_TRACKING_URI: server.url } });
      expect(code).toBe(0);
      const { runs } = await viewExperiment(server.url, "git");
      const id = start?.type === "run-started" ? start.run : "";
      const own = runs.find(({ tags }) => tags["pipe.run_id"] === id && tags["pipe.stage"] === "-");
      return Object.fromEntries(Object.entries(own?.tags ?? {}).filter(([key]) => key.includes("git")));
    };
    expect(await run()).toEqual({});
    git("init", "--quiet", "--initial-branch=topic/x");
    git("add", ".");
    git("commit", "--quiet", "-m", "First");
    const commit = git("rev-parse", "HEAD");
    const clean = {
      "mlflow.source.git.commit": commit,
      "mlflow.source.git.branch": "topic/x",
      "pipe.git_dirty": "false",
    };
    expect(await run()).toEqual(clean);
    await project.write({ "p.yaml": "version: 1\nname: git\nstages:\n  say: { run: echo hello }\n" });
    expect(await run()).toEqual({ ...clean, "pipe.git_dirty": "true" });
    git("checkout", "--quiet", "--detach");
    const { "mlflow.source.git.branch": _, ...detached } = clean;
    expect(await run()).toEqual({ ...detached, "pipe.git_dirty": "true" });
  });
});
