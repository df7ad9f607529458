import { describe, expect, it } from "vitest";
import type { StartedStage } from "../../../src/base/event.ts";
import type { StageId } from "../../../src/base/ids.ts";
import { type GraphPlace, layOutStages } from "../../../src/report/run-page/stage-graph.ts";

function stage(name: string, needs: readonly string[], of?: string): StartedStage {
  const combination = of === undefined ? {} : { combination: { of, values: { fold: Number(name.at(-1)) } } };
  return { stage: name as StageId, uses: "run", needs: needs as StageId[], ...combination };
}

/** `name: column/row`, in the order of the stages. */
function placesOf(stages: readonly StartedStage[]): string[] {
  return layOutStages(stages).nodes.map(({ name, column, row }) => `${name}: ${column}/${row}`);
}

const words = (edges: readonly (readonly GraphPlace[])[]): string[] =>
  edges.map((places) => places.map(({ column, row }) => `${column}/${row}`).join(" "));

describe("layOutStages", () => {
  it("puts a stage one column behind the last of what it needs, and columns around the middle", () => {
    const stages = [stage("a", []), stage("b", ["a"]), stage("c", ["a"]), stage("d", ["b", "c"])];
    expect(placesOf(stages)).toEqual(["a: 0/0", "b: 1/-0.5", "c: 1/0.5", "d: 2/0"]);
  });

  it("makes one node of a matrix", () => {
    const stages = [
      stage("split", []),
      stage("train@fold=0", ["split"], "train"),
      stage("train@fold=1", ["split"], "train"),
      stage("ensemble", ["train@fold=0", "train@fold=1"]),
    ];
    const { nodes, edges } = layOutStages(stages);
    expect(nodes.map(({ name, stages: members }) => [name, members])).toEqual([
      ["split", [0]],
      ["train", [1, 2]],
      ["ensemble", [3]],
    ]);
    expect(words(edges)).toEqual(["0/0 1/0", "1/0 2/0"]);
  });

  it("leaves out what other edges say already", () => {
    const stages = [stage("a", []), stage("b", ["a"]), stage("c", ["a", "b"])];
    expect(words(layOutStages(stages).edges)).toEqual(["0/0 1/0", "1/0 2/0"]);
  });

  it("leads an edge past the nodes of the columns that it crosses", () => {
    const stages = [stage("a", []), stage("b", ["a"]), stage("c", ["b"]), stage("x", []), stage("d", ["c", "x"])];
    const { nodes, edges } = layOutStages(stages);
    const taken = nodes.map(({ column, row }) => `${column}/${row}`);
    const long = words(edges).find((edge) => edge.split(" ").length > 2);
    expect(long?.split(" ")).toHaveLength(4);
    expect(
      long
        ?.split(" ")
        .slice(1, -1)
        .filter((place) => taken.includes(place)),
    ).toEqual([]);
  });

  it("draws what a part of the stages needs only as far as it is part of the run", () => {
    expect(placesOf([stage("b", ["a"])])).toEqual(["b: 0/0"]);
    expect(layOutStages([])).toMatchObject({ nodes: [], edges: [], numRows: 0 });
  });
});
