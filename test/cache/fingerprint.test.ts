import { describe, expect, it } from "vitest";
import type { ContentDigest, StageId } from "../../src/base/ids.ts";
import { collectFingerprintInputs, computeFingerprint, contentOfOutput } from "../../src/cache/fingerprint.ts";
import { listFingerprintChanges } from "../../src/cache/fingerprint-changes.ts";
import type { CommandStage, KindStage, ResolvedObject, Stage } from "../../src/pipeline/pipeline.ts";

const place = { file: "p.yaml", line: 1, column: 1, endLine: 1, endColumn: 2 };
const digests: Readonly<Record<string, string>> = { "split.train": "a".repeat(64), "data/x.csv": "b".repeat(64) };

function kindStage(parameters: ResolvedObject, changes: Partial<KindStage> = {}): KindStage {
  return {
    type: "kind",
    id: "train" as StageId,
    uses: "model/train",
    revision: 1,
    needs: [],
    orderOnly: [],
    with: parameters,
    unfingerprinted: [],
    network: false,
    tensorflow: true,
    outputs: { model: { kind: "model", path: "model", shape: "folder" } },
    execution: { resources: { memory: 0, tokens: {} } },
    location: place,
    locations: new Map(),
    makings: new Map(),
    ...changes,
  };
}

const commandStage: CommandStage = {
  type: "command",
  id: "count" as StageId,
  uses: "run",
  run: "wc -l",
  inputs: { table: { artifact: "path", path: "data/x.csv", kind: "table" } },
  env: { LANG: "C" },
  passEnv: [],
  needs: [],
  orderOnly: [],
  outputs: {},
  execution: { resources: { memory: 0, tokens: {} } },
  location: place,
  locations: new Map(),
  makings: new Map(),
};

const train = { artifact: "output", stage: "split" as StageId, output: "train", kind: "dataset", subpath: "" } as const;

function inputsOf(stage: Stage, runtime: Record<string, string> = {}) {
  return collectFingerprintInputs(stage, {
    contentOf: (reference) => {
      const name = reference.artifact === "path" ? reference.path : `${reference.stage}.${reference.output}`;
      const digest = (digests[name] ?? "c".repeat(64)) as ContentDigest;
      if (reference.artifact === "path") return { digest, shape: "file" };
      return contentOfOutput({ kind: "dataset", path: "x", digest, numFiles: 1, sizeBytes: 1 }, reference.subpath);
    },
    runtime,
  });
}

const fingerprint = (stage: Stage, runtime?: Record<string, string>): string =>
  computeFingerprint(inputsOf(stage, runtime));

describe("a fingerprint", () => {
  it("stays what it is from version to version, or every cache is lost", () => {
    // sha256sum of {"env":{"LANG":"C"},"inputs":{"table":"file bbb…"},"outputs":{},"revision":1,"run":"wc -l","runtime":{},"uses":"run","version":1,"with":{}}
    expect(fingerprint(commandStage)).toBe("e3b7640fc3b68b0f98fd4fc995821d017f37b7d8128b23a6abdd2aabc0177be9");
  });

  it("does not depend on names, the order of keys, or parameters that cannot change the result", () => {
    const stage = kindStage({ lr: 0.1, loss: { type: "bce", gamma: 2 }, workers: 2 }, { unfingerprinted: ["workers"] });
    const other = kindStage(
      { workers: 8, loss: { gamma: 2, type: "bce" }, lr: 0.1 },
      {
        unfingerprinted: ["workers"],
        id: "other" as StageId,
        needs: ["x" as StageId],
        location: { ...place, line: 9 },
      },
    );
    expect(fingerprint(other)).toBe(fingerprint(stage));
  });

  it.each([
    ["a parameter", kindStage({ lr: 0.2, train })],
    ["the type of a value", kindStage({ lr: "0.1", train })],
    ["an input's sub-path", kindStage({ lr: 0.1, train: { ...train, subpath: "a" } })],
    ["the place of an input", kindStage({ lr: 0.1, validation: train })],
    ["the revision", kindStage({ lr: 0.1, train }, { revision: 2 })],
    ["the kind", kindStage({ lr: 0.1, train }, { uses: "model/other" })],
    [
      "an output's path",
      kindStage({ lr: 0.1, train }, { outputs: { model: { kind: "model", path: "m", shape: "folder" } } }),
    ],
  ])("changes with %s", (_, changed) => {
    expect(fingerprint(changed)).not.toBe(fingerprint(kindStage({ lr: 0.1, train })));
  });

  it("changes with what the machine decides", () => {
    const stage = kindStage({ lr: 0.1 });
    expect(fingerprint(stage, { tensorflow: "2.21.0" })).not.toBe(fingerprint(stage, { tensorflow: "2.22.0" }));
  });

  it("tells lists of inputs of different lengths and orders apart", () => {
    const other = { ...train, stage: "other" as StageId };
    const lists = [[train], [train, train], [train, other], [other, train]];
    expect(new Set(lists.map((models) => fingerprint(kindStage({ models })))).size).toBe(3 + 1);
  });
});

describe("the changes between two fingerprints", () => {
  it("are named by path, with the value before and after", () => {
    const before = inputsOf(kindStage({ lr: 0.1, phases: [{ epochs: 1 }], channels: ["red"], train }));
    const after = inputsOf(
      kindStage({
        phases: [{ epochs: 2, freeze: "body" }],
        channels: ["red", "green"],
        train: { ...train, subpath: "a" },
      }),
      { tensorflow: "2.21.0" },
    );
    const digest = "a".repeat(64);
    expect(listFingerprintChanges(before, after)).toEqual([
      { path: "inputs.train", before: `dataset ${digest}`, after: `dataset ${digest}/a` },
      { path: "runtime.tensorflow", before: undefined, after: "2.21.0" },
      { path: "with.channels", before: ["red"], after: ["red", "green"] },
      { path: "with.lr", before: 0.1, after: undefined },
      { path: "with.phases.0.epochs", before: 1, after: 2 },
      { path: "with.phases.0.freeze", before: undefined, after: "body" },
    ]);
  });
});
