import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deliverRun } from "../../src/tracking/deliver.ts";
import { type MlflowServer, mlflowPython, startMlflowServer } from "./mlflow-server.ts";
import { viewExperiment } from "./mlflow-view.ts";
import { createRecordedRun } from "./recorded-run.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";
const run = promisify(execFile);

/** Logs two images as users of Python do; prints format and size of these, and of the given run's, as Python's client gets them. */
const script = `
import mlflow, numpy, sys, PIL.Image
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("python")
with mlflow.start_run(run_name="python") as run:
    for step in (1, 40):
        mlflow.log_image(numpy.zeros((300, 400, 3), numpy.uint8), key="val/predictions", step=step)
for run_id in (run.info.run_id, sys.argv[2]):
    files = mlflow.MlflowClient().list_artifacts(run_id, "images")
    paths = [mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=file.path) for file in files]
    images = [PIL.Image.open(path) for path in paths]
    print(sorted([image.format, *image.size] for image in images))
`;

/** What differs from one logging to the next. */
const withoutMoment = (path: string): string =>
  path.replace(/(\+timestamp\+)\d{13}\+[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=[+.])/, "$1TIME+UUID");

describe.skipIf(mlflowPython.type === "missing")(`a series of images in a real MLflow server${reason}`, () => {
  let server: MlflowServer;
  beforeAll(async () => {
    server = await startMlflowServer();
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());

  it("has the names and the tag that Python's client gives it, and can be loaded by that", async () => {
    await using recorded = await createRecordedRun("ours");
    for (const step of [1, 40]) {
      const file = join(recorded.outputsFolder, "plots", `epoch-${step}`);
      const image = sharp({ create: { width: 400, height: 300, channels: 3, background: "black" } });
      await writeFile(`${file}.png`, await image.clone().png().toBuffer());
      await writeFile(`${file}.webp`, await image.clone().resize(256, 192).webp().toBuffer());
    }
    await recorded.record();
    const { signal } = new AbortController();
    await deliverRun({
      runFolder: recorded.folder,
      server: { url: server.url },
      user: "ada",
      signal,
      shouldCheck: true,
    });
    const ours = (await viewExperiment(server.url, "ours")).run("train");
    if (mlflowPython.type === "missing") throw new Error(mlflowPython.reason);
    const { stdout } = await run(mlflowPython.python, ["-c", script, server.url, ours.id]);

    const theirs = (await viewExperiment(server.url, "python")).run("python");
    const imagesOf = ({ artifacts }: { artifacts: object }) =>
      Object.keys(artifacts)
        .filter((path) => path.startsWith("images/"))
        .map(withoutMoment)
        .sort();
    expect(imagesOf(theirs)).toHaveLength(4);
    expect(imagesOf(ours)).toEqual(imagesOf(theirs));
    expect(ours.tags["mlflow.loggedImages"]).toBe(theirs.tags["mlflow.loggedImages"]);
    const loaded = "[['PNG', 400, 300], ['PNG', 400, 300], ['WEBP', 256, 192], ['WEBP', 256, 192]]";
    expect(stdout.split("\n").filter((line) => line.startsWith("["))).toEqual([loaded, loaded]);
  });
});
