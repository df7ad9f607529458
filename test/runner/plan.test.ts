import { describe, expect, it } from "vitest";
import type { StageId } from "../../src/base/ids.ts";
import type { CommandStage, KindStage, Pipeline } from "../../src/pipeline/pipeline.ts";
import { locationOf } from "../../src/runner/locations.ts";
import { createRunId } from "../../src/runner/run-id.ts";
import { selectStages } from "../../src/runner/select-stages.ts";
import { flattenParameters } from "../../src/runner/stage-parameters.ts";

const range = (line: number) => ({ file: "p.yaml", line, column: 1, endLine: line, endColumn: 2 });

const execution = { resources: { memory: 0, tokens: {} } };

function command(id: string, needs: readonly string[] = []): CommandStage {
  const rest = {
    inputs: {},
    env: { LANG: "C" },
    passEnv: [],
    outputs: {},
    execution,
    location: range(1),
    locations: new Map(),
    makings: new Map(),
  };
  return {
    type: "command",
    id: id as StageId,
    uses: "run",
    run: "true",
    needs: needs as StageId[],
    orderOnly: [],
    ...rest,
  };
}

function kind(parameters: KindStage["with"], locations: KindStage["locations"] = new Map()): KindStage {
  const rest = {
    revision: 1,
    needs: [],
    orderOnly: [],
    unfingerprinted: [],
    network: false,
    tensorflow: false,
    outputs: {},
    execution,
  };
  const id = "train" as StageId;
  return {
    type: "kind",
    id,
    uses: "model/train",
    with: parameters,
    location: range(1),
    locations,
    makings: new Map(),
    ...rest,
  };
}

describe("the stages of a target", () => {
  it("are what it needs, directly or not, in the pipeline's order", () => {
    const stages = [command("a"), command("b", ["a"]), command("c"), command("d", ["b"]), command("e", ["d", "c"])];
    const pipeline = { stages } as unknown as Pipeline;
    const select = (...target: string[]) => selectStages(pipeline, new Set(target as StageId[])).map(({ id }) => id);
    expect(select("d")).toEqual(["a", "b", "d"]);
    expect(select("c", "b")).toEqual(["a", "b", "c"]);
    expect(selectStages(pipeline, undefined)).toEqual(stages);
  });
});

describe("the place of a change", () => {
  it("is its own line, or that of the nearest thing around it", () => {
    const lines = { with: 3, "with.train": 4, "with.phases": 5, "with.phases.0.lr": 7 };
    const stage = kind({}, new Map(Object.entries(lines).map(([path, line]) => [path, range(line)])));
    const lineOf = (path: string): number => locationOf(stage, path).line;
    expect(lineOf("with.phases.0.lr")).toBe(7);
    expect(lineOf("with.phases.1.lr")).toBe(5);
    expect(lineOf("inputs.train")).toBe(4);
    expect(lineOf("revision")).toBe(1);
  });
});

describe("flat parameters", () => {
  it("name each value by its path, without artifacts; lists of plain values stay whole", () => {
    const train = { artifact: "path", path: "data", kind: "dataset" } as const;
    const parameters = { train, lr: 0.1, channels: ["red"], phases: [{ epochs: 1 }, { epochs: 2 }], augment: null };
    expect(flattenParameters(kind(parameters))).toEqual({
      lr: 0.1,
      channels: ["red"],
      "phases.0.epochs": 1,
      "phases.1.epochs": 2,
      augment: null,
    });
    expect(flattenParameters(command("a"))).toEqual({ run: "true", "env.LANG": "C" });
  });
});

describe("the name of a run", () => {
  it("sorts by time and can be a file's name", () => {
    const id = createRunId("my pipeline/ö", new Date("2026-11-24T08:30:12.999Z"), new Uint8Array([0x3f, 0x9a]));
    expect(id).toBe("20261124-083012-my-pipeline--3f9a");
  });
});
