import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject } from "../rig/project.ts";
import { type MlflowServer, mlflowPython, startMlflowServer } from "./mlflow-server.ts";
import { viewExperiment } from "./mlflow-view.ts";

const reason = mlflowPython.type === "missing" ? ` (skipped: ${mlflowPython.reason})` : "";

const numSteps = 2_345;
const numParams = 250;
const numOutputs = 230;

/** Names at and beyond what MLflow takes, in pairs that would become one if they were only cut, or cleaned. */
const long = "m".repeat(249);
const names = [
  `${long}a`,
  `${long}ab`,
  `${long}ac`,
  "x".repeat(9_000),
  "f1@0.5",
  "f1#0.5",
  "f1_0.5",
  "a//b",
  "a/b",
  "a/./b",
  "../up",
  "Größe/µ",
  "精度",
  "a: b (c) [%]",
];
/** Of these MLflow takes each as it is. */
const taken = new Set([`${long}a`, "f1_0.5", "a/b", "Größe/µ", "精度"]);

const pipeline = {
  version: 1,
  name: "limits",
  experiment: "limits",
  params: {
    all: {
      ...Object.fromEntries(Array.from({ length: numParams }, (_, index) => [`p${index}`, index])),
      at: "v".repeat(6_000),
      beyond: "w".repeat(6_001),
      [`${long}ab`]: 1,
      [`${long}ac`]: 2,
    },
  },
  stages: {
    print: {
      run: `cat "$PIPE_INPUT_METRICS"\nfor i in $(seq ${numOutputs}); do eval "echo $i > \\"\\$PIPE_OUTPUT_O$i\\""; done`,
      env: { ANY: "${{ params.all.p0 }}" },
      inputs: { metrics: "metrics.ndjson" },
      outputs: Object.fromEntries(
        Array.from({ length: numOutputs }, (_, index) => [`o${index + 1}`, { kind: "file", path: `o${index + 1}` }]),
      ),
    },
  },
};

const metrics = [
  ...Array.from({ length: numSteps }, (_, step) => ({ metric: "loss", value: 1 / (step + 1), step })),
  ...names.map((metric, index) => ({ metric, value: index, step: 0 })),
];

describe.skipIf(mlflowPython.type === "missing")(
  `a run at MLflow's limits and beyond, in a real server${reason}`,
  () => {
    let server: MlflowServer;
    beforeAll(async () => {
      server = await startMlflowServer();
    });
    afterAll(async () => server?.[Symbol.asyncDispose]());

    it("is there with all its values, each under a name of its own; what is cut or renamed shows that it is", async () => {
      await using project = await createProject({
        "p.yaml": JSON.stringify(pipeline),
        "metrics.ndjson": metrics.map((line) => `${JSON.stringify(line)}\n`).join(""),
      });
      const { code, stdout } = await project.pipe(["run", "p.yaml", "--no-mlflow"]);
      expect(stdout).not.toContain("error PIPE");
      expect(code).toBe(0);
      const sync = await project.pipe(["mlflow", "sync"], { env: { MLFLOW_TRACKING_URI: server.url } });
      expect(sync).toMatchObject({ code: 0, stderr: "" });
      expect(sync.stdout).not.toContain("refused");
      const view = await viewExperiment(server.url, "limits");
      const [parent, print] = [view.run("limits"), view.run("print")];

      for (const [run, prefix] of [
        [print, ""],
        [parent, "print/"],
      ] as const) {
        expect(run.metrics[`${prefix}loss`]).toEqual(
          metrics.slice(0, numSteps).map(({ value, step }) => `${step} ${value}`),
        );
        /** Under which name each is there, as the tags tell it. */
        const found = new Map<string, string>();
        for (const [key, value] of Object.entries(run.tags))
          if (key.startsWith("pipe.renamed.")) found.set(value, key.slice("pipe.renamed.".length));
        for (const [index, name] of names.entries()) {
          const own = prefix + name;
          // A tag holds 8,000 characters, and its name 250: then the value finds it.
          const key =
            Object.entries(run.metrics).find(([, values]) => values.length === 1 && values[0] === `0 ${index}`)?.[0] ??
            "";
          const isTaken = taken.has(name) && own.length <= 250;
          expect({ name: own, isTaken: key === own }).toEqual({ name: own, isTaken });
          if (!isTaken && own.length < 230) expect(found.get(own)).toBe(key);
        }
        const withOneValue = Object.entries(run.metrics).filter(([key]) => !/^(.*\/)?system\/|loss$/.test(key));
        expect(withOneValue).toHaveLength(names.length);
        expect(withOneValue.every(([, values]) => values.length === 1)).toBe(true);
      }

      for (let index = 0; index < numParams; index += 1)
        expect(parent.params[`params.all.p${index}`]).toBe(String(index));
      expect(parent.params["params.all.at"]).toBe("v".repeat(6_000));
      expect(parent.params["params.all.beyond"]).toBe(`${"w".repeat(5_999)}…`);
      const valuesOf = (pattern: RegExp) =>
        Object.entries(parent.params)
          .filter(([key]) => pattern.test(key))
          .map(([, value]) => value)
          .sort();
      expect(valuesOf(/^params\.all\.m{200}/)).toEqual(["1", "2"]);
      const resolved = JSON.parse(parent.artifacts["resolved.json"] ?? "") as typeof pipeline;
      expect(resolved.params.all.beyond).toBe(pipeline.params.all.beyond);

      for (let index = 1; index <= numOutputs; index += 1)
        expect(print.tags[`pipe.output.o${index}`]).toMatch(/^[0-9a-f]{64}$/);
      // A tag's value at its limit: the name of 9,000 characters.
      expect(Object.values(print.tags)).toContain(`${"x".repeat(7_999)}…`);
    });
  },
);
