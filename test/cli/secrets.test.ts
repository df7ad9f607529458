import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KaggleServer, startKaggleServer } from "../kaggle-server/server.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";
import { startFaultingProxy } from "../tracking/faulting-proxy.ts";
import { type MlflowServer, mlflowPython, startMlflowServer } from "../tracking/mlflow-server.ts";
import { viewExperiment, viewModels } from "../tracking/mlflow-view.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

const planted = {
  token: "planted-kaggle-token",
  key: "0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d",
  mlflow: "planted p@ss/word",
  mlflowToken: "planted-mlflow-token",
  database: "planted-database-password",
  proxy: "planted-proxy-password",
  // With a sign that no base64 has, which so short a text could be found in.
  short: "p4!nt",
};

/** Of several lines, as a key in PEM is. */
const plantedLines = ["planted-first-line", "planted-second-line"];

const inUrl = encodeURIComponent(planted.mlflow);
const basic = (user: string, password: string): string => Buffer.from(`${user}:${password}`).toString("base64");

/** What base64 makes of a text within a longer one, depending on where in that it begins. */
const withinBase64 = (text: string): string[] =>
  [0, 1, 2].map((offset) => {
    const encoded = Buffer.from(`${"-".repeat(offset)}${text}`).toString("base64");
    // The first and the last characters also hold bits of what stands beside the text.
    return encoded.replace(/=+$/, "").slice(offset === 0 ? 0 : offset + 1, -1);
  });

/** Every way in which a secret could be written somewhere, also within a picture that is embedded in a page. */
const spellings = [
  ...Object.values(planted),
  ...Object.values(planted).map(encodeURIComponent),
  ...Object.values(planted)
    .filter(({ length }) => length > 8)
    .flatMap(withinBase64),
  ...plantedLines,
  basic("tester", planted.key),
  basic("ada", planted.mlflow),
];

/** Prints all that it can reach. A stage that is told to fails with it, too. */
const indiscreet =
  'env; printf "%s" "$DATABASE_PASSWORD" | base64; cat "$HOME/.kaggle/kaggle.json"; echo "$MLFLOW_TRACKING_URI" >&2';

const pipeline = (more = ""): string => `
version: 1
name: secrets
experiment: secrets
stages:
  download: { uses: kaggle/download, with: { competition: cells } }
  predict:
    run: |
      ${indiscreet}
      printf 'Id,Predicted\\na,0\\nb,1\\n' > "$PIPE_OUTPUT_SUBMISSION"
    pass_env: [DATABASE_PASSWORD, DEPLOY_KEY, SHORT_PASSWORD, "KAGGLE_*", "MLFLOW_*"]
    inputs: { archive: "\${{ stages.download.outputs.archive }}" }
    outputs: { submission: { kind: submission, path: submission.csv } }
  submit:
    uses: kaggle/submit
    with: { competition: cells, submission: "\${{ stages.predict.outputs.submission }}" }
  own: { uses: ./own.ts }
${more}`;

const broken = `
  broken:
    run: '${indiscreet}; exit 3'
    pass_env: [DATABASE_PASSWORD, DEPLOY_KEY, SHORT_PASSWORD, "KAGGLE_*", "MLFLOW_*"]
    retry: { times: 1, on: [command], backoff: 10ms }
  own-broken: { uses: ./own.ts, with: { fails: true } }
`;

/** Prints secrets, reports them, and puts out a model and a file within folders that MLflow gets, too. */
const ownKind = `import { execFileSync } from "node:child_process";
import { writeSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fail } from "pipe/stage";
export default {
  async run(stage) {
    const secrets = JSON.stringify(process.env);
    console.log(secrets);
    console.error(secrets);
    // Past the streams of this process, straight into its log.
    execFileSync("sh", ["-c", "env"], { stdio: "inherit" });
    writeSync(1, secrets.slice(0, -3));
    writeSync(1, secrets.slice(-3));
    stage.log("warning", secrets);
    stage.progress({ activity: secrets, done: 1, unit: "secrets", note: secrets });
    stage.usesDataset({ name: process.env.DATABASE_URL, digest: "d", context: "training", numSamples: 1 });
    if (stage.with.fails) fail("refused", \`No access for \${secrets}.\`, secrets);
    const save = async (path, text) => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    };
    const plot = join(stage.output("plots"), "by/class/plot.txt");
    await save(plot, "a plot in a folder");
    stage.showFile(plot);
    await save(join(stage.output("model"), "MLmodel"), "flavors: {}\\n");
    await save(join(stage.output("model"), "data/weights.txt"), "weights in a folder");
  },
};
`;

const kaggleFile = JSON.stringify({ username: "tester", key: planted.key });

const ownSchema = {
  type: "object",
  additionalProperties: false,
  properties: { fails: { type: "boolean", default: false, description: "Whether it fails." } },
  "x-outputs": {
    plots: { kind: "files", path: "plots", description: "Plots in folders." },
    model: { kind: "mlflow-model", path: "model", description: "A model in folders." },
  },
};

describe.skipIf(mlflowPython.type === "missing")(`secrets${reason}`, () => {
  let mlflow: MlflowServer;
  let kaggle: KaggleServer;
  let project: ProjectRig;
  beforeAll(async () => {
    mlflow = await startMlflowServer();
    project = await createProject({
      "p.yaml": pipeline(),
      "broken.yaml": pipeline(broken),
      "own.ts": ownKind,
      "own.schema.json": JSON.stringify(ownSchema),
      "home/.kaggle/kaggle.json": kaggleFile,
      "server/solution.csv": "Id,Predicted\na,0\nb,0 1\n",
      "server/archive.zip": "not unpacked here",
    });
    kaggle = await startKaggleServer({
      competitions: [
        {
          slug: "cells",
          archive: join(project.folder, "server/archive.zip"),
          solution: join(project.folder, "server/solution.csv"),
        },
      ],
      numPolls: 0,
      credentials: { token: planted.token, key: planted.key },
    });
  });
  afterAll(async () => {
    await kaggle?.close();
    await project?.[Symbol.asyncDispose]();
    await mlflow?.[Symbol.asyncDispose]();
  });

  it("planted in the environment, kaggle.json and addresses are nowhere to be read, whoever prints them", async () => {
    await using gate = await startFaultingProxy(mlflow.url);
    gate.fault = ({ headers }) =>
      headers.authorization === `Basic ${basic("ada", planted.mlflow)}` ? "none" : "unauthorized";
    const env = {
      HOME: join(project.folder, "home"),
      KAGGLE_API_ENDPOINT: kaggle.url,
      KAGGLE_API_TOKEN: planted.token,
      MLFLOW_TRACKING_URI: gate.url.replace("//", `//ada:${inUrl}@`),
      MLFLOW_TRACKING_TOKEN: planted.mlflowToken,
      DATABASE_PASSWORD: planted.database,
      DATABASE_URL: `postgres://ada:${planted.database}@127.0.0.1:9/cells`,
      DEPLOY_KEY: plantedLines.join("\n"),
      SHORT_PASSWORD: planted.short,
      HTTPS_PROXY: `http://ada:${planted.proxy}@127.0.0.1:9`,
      XDG_CONFIG_HOME: join(project.folder, "home/.config"),
    };
    const texts: string[] = [];
    const pipe = async (...args: string[]): Promise<number | null> => {
      const { code, stdout, stderr } = await project.pipe(args, { env });
      texts.push(stdout, stderr);
      return code;
    };
    expect(await pipe("run", "p.yaml")).toBe(0);
    expect(kaggle.submissions).toHaveLength(1);
    // Kaggle repeats what it was sent.
    kaggle.faults.inject("GetCompetition", {
      type: "status",
      status: 403,
      body: JSON.stringify({ message: `no access with ${planted.token} and ${planted.key}` }),
    });
    expect(await pipe("run", "broken.yaml", "--json", "--force", "--keep-going")).toBe(1);
    expect(await pipe("run", "broken.yaml", "--keep-going")).toBe(1);
    const looks = [
      "plan p.yaml",
      "plan p.yaml --online",
      "why own p.yaml",
      "leaderboard p.yaml",
      "report",
      "runs",
      "doctor",
    ];
    for (const look of [...looks, "cache ls", "mlflow sync"]) await pipe(...look.split(" "));
    gate.fault = () => "unauthorized";
    expect(await pipe("mlflow", "sync")).toBe(1);
    gate.fault = () => "none";

    const { runs } = await viewExperiment(mlflow.url, "secrets");
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(["FINISHED", "FAILED"]));
    const logs = runs.map(({ artifacts }) => artifacts["log.txt"] ?? "");
    // They were printed, and taken out.
    for (const name of ["DATABASE_PASSWORD=[redacted]", "KAGGLE_API_TOKEN=[redacted]", `"key": "[redacted]"`])
      expect(logs.some((log) => log.replaceAll('":"', '": "').includes(name))).toBe(true);
    const models = await viewModels(mlflow.url, "secrets");
    const ofModels = await Promise.all(models.map((model) => model.readArtifacts()));
    expect(ofModels.map((files) => files["data/weights.txt"])).toContain("weights in a folder");
    expect(runs.some(({ artifacts }) => artifacts["plots/by/class/plot.txt"] === "a plot in a folder")).toBe(true);
    texts.push(JSON.stringify(runs), JSON.stringify([models, ofModels]), mlflow.readLog());

    const onServer = readAll(mlflow.folder);
    // Its database and its artifacts are among them, and hold what was told.
    for (const told of [
      "postgres://ada:[redacted]@127.0.0.1:9/cells",
      "weights in a folder",
      "DATABASE_PASSWORD=[redacted]",
    ])
      expect(onServer.some((text) => text.includes(told))).toBe(true);
    const inProject = readAll(project.folder).filter((text) => text !== kaggleFile);
    expect(inProject.length).toBe(readAll(project.folder).length - 1);
    texts.push(...onServer, ...inProject);
    const all = texts.join("\n");
    expect(spellings.filter((spelling) => all.includes(spelling))).toEqual([]);
  });
});

/** The bytes of every file in a folder and below. */
function readAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"));
}
