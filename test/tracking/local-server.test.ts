import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProject } from "../rig/project.ts";
import { mlflowPython } from "./mlflow-server.ts";
import { viewExperiment } from "./mlflow-view.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

const pipeline =
  "version: 1\nname: hello\nstages:\n  hello: { run: 'echo hi > \"$PIPE_OUTPUT_X\"', outputs: { x: { kind: file, path: x.txt } } }\n";

describe.skipIf(mlflowPython.type === "missing")(`pipe mlflow${reason}`, () => {
  it("starts a server that runs find, takes earlier runs, and ends it", async () => {
    if (mlflowPython.type === "missing") return;
    const program = `#!/bin/sh\nexec "${mlflowPython.python}" -m mlflow "$@"\n`;
    await using project = await createProject({ "p.yaml": pipeline, "bin/mlflow": program });
    await chmod(join(project.folder, "bin/mlflow"), 0o755);
    const env = {
      PATH: `${join(project.folder, "bin")}:${process.env["PATH"]}`,
      XDG_DATA_HOME: join(project.folder, "data"),
      MLFLOW_TRACKING_URI: undefined,
    };
    const mlflow = (action: string) => project.pipe(["mlflow", action], { env });

    expect((await project.pipe(["run", "p.yaml"], { env })).stdout).toContain("MLflow: no server");
    expect(await mlflow("sync")).toMatchObject({ code: 1, stderr: expect.stringContaining("pipe mlflow up") });

    let address = "";
    const both = await Promise.all([mlflow("up"), mlflow("up")]);
    try {
      expect(both).toMatchObject([{ code: 0 }, { code: 0 }]);
      const [{ stdout = "" } = {}, second] = both.sort((a, b) => b.stdout.length - a.stdout.length);
      const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(stdout) ?? [];
      address = url;
      expect(stdout).toMatch(/^MLflow runs: /);
      expect(second?.stdout).toBe(`MLflow runs already: ${url}\n`);
      expect((await mlflow("up")).stdout).toBe(`MLflow runs already: ${url}\n`);
      expect((await mlflow("open")).stdout).toBe(`${url}\n`);
      expect((await project.pipe(["run", "p.yaml"], { env })).stdout).toMatch(/\nMLflow: (http|not all)/);
      expect((await mlflow("sync")).code).toBe(0);
      const { runs } = await viewExperiment(url, "hello");
      expect(runs.map(({ status, tags }) => `${status} ${tags["pipe.stage"]}`).sort()).toEqual([
        "FINISHED -",
        "FINISHED -",
        "FINISHED hello",
        "FINISHED hello",
      ]);
    } finally {
      expect((await mlflow("down")).stdout).toContain("MLflow is stopped");
    }
    expect((await mlflow("down")).stdout).toContain("No MLflow server");
    await expect(fetch(`${address}/health`)).rejects.toThrow();
    expect(await mlflow("lift")).toMatchObject({ code: 2 });
  });
});
