import { describe, expect, test } from "vitest";
import { findStages } from "../../src/pipeline/find-stages.ts";
import { listArtifacts } from "../../src/pipeline/stage-artifacts.ts";
import { locationOf } from "../../src/runner/locations.ts";
import { check, diagnose, stageOf } from "./check-text.ts";

const head = "version: 1\nname: example\nparams: { seeds: [1, 2] }\nstages:\n";
const draw = (matrix: string, parameters = "{ seed: 1 }") =>
  `${head}  draw:\n    uses: demo/cells\n    matrix: ${matrix}\n    with: ${parameters}\n`;
const namesOf = (text: string, overrides: readonly string[] = []) => check(text, overrides).stages.map(({ id }) => id);
const quiet = (text: string) => text.replace("params: { seeds: [1, 2] }\n", "");

describe("the combinations of a matrix", () => {
  test("are all of its lists, the last key varying fastest", () => {
    const names = namesOf(quiet(draw("{ fold: [0, 1], lr: [0.1, 1e-3] }")));
    expect(names).toEqual(["draw@fold=0,lr=0.1", "draw@fold=0,lr=0.001", "draw@fold=1,lr=0.1", "draw@fold=1,lr=0.001"]);
  });

  test("come from parameters, and change with --set", () => {
    const text = draw('{ seed: "${{ params.seeds }}" }');
    expect(namesOf(text)).toEqual(["draw@seed=1", "draw@seed=2"]);
    expect(namesOf(text, ["params.seeds=[7]"])).toEqual(["draw@seed=7"]);
  });

  test("lack those that exclude matches, in part or whole", () => {
    const text = draw("{ a: [1, 2], b: [x, y], exclude: [{ a: 1 }, { a: 2, b: y }] }");
    expect(namesOf(quiet(text))).toEqual(["draw@a=2,b=x"]);
  });

  test("take include as GitHub Actions does", () => {
    // The example of its documentation, with its result.
    const include =
      "[{ color: green }, { color: pink, animal: cat }, { fruit: apple, shape: circle }, { fruit: banana }, { fruit: banana, animal: cat }]";
    const stages = check(quiet(draw(`{ fruit: [apple, pear], animal: [cat, dog], include: ${include} }`))).stages;
    expect(stages.map(({ combination }) => combination?.values)).toEqual([
      { fruit: "apple", animal: "cat", color: "pink", shape: "circle" },
      { fruit: "apple", animal: "dog", color: "green", shape: "circle" },
      { fruit: "pear", animal: "cat", color: "pink" },
      { fruit: "pear", animal: "dog", color: "green" },
      { fruit: "banana" },
      { fruit: "banana", animal: "cat" },
    ]);
    expect(stages[0]?.id).toBe("draw@fruit=apple,animal=cat");
    expect(stages[4]?.id).toBe("draw@fruit=banana");
  });

  test("may be those of include alone", () => {
    expect(namesOf(quiet(draw("{ include: [{ arch: a, batch: 8 }, { arch: b, batch: 4 }] }")))).toEqual([
      "draw@arch=a,batch=8",
      "draw@arch=b,batch=4",
    ]);
  });

  test("have names that are one folder each, whatever the values", () => {
    const names = namesOf(quiet(draw('{ path: ["../a/b", "../a-b", "", "ü=,", "x"], flag: [true] }')));
    for (const name of names) expect(name).toMatch(/^draw@path=[\w.+~-]*,flag=true$/);
    expect(new Set(names).size).toBe(5);
    const long = namesOf(quiet(draw(`{ text: [${"a".repeat(300)}b, ${"a".repeat(300)}c] }`)));
    for (const name of long) expect(name.length).toBeLessThan(100);
    expect(new Set(long).size).toBe(2);
  });
});

describe("a value of the matrix", () => {
  const stages = check(
    quiet(
      draw("{ seed: [1, 2], n: [30] }", '{ seed: "${{ matrix.seed }}", train: "1${{ matrix.n }}" }').replace("1$", "$"),
    ),
  ).stages;

  test("keeps its type where it stands alone", () => {
    expect(stages[1]).toMatchObject({
      with: { seed: 2, train: 30 },
      combination: { of: "draw", values: { seed: 2, n: 30 } },
    });
  });

  test("is put into text", () => {
    const text = `${quiet(head)}  say:\n    matrix: { who: [you, me], n: [1] }\n    run: echo \${{ matrix.who }}-\${{ matrix.n }} > \${{ outputs.x }}\n    outputs: { x: { kind: file, path: "\${{ matrix.who }}.txt" } }\n`;
    expect(check(text).stages[1]).toMatchObject({
      run: "echo me-1 > ${PIPE_OUTPUT_X}",
      outputs: { x: { path: "me.txt" } },
    });
  });

  test("is named as the source of a mistake that it makes", () => {
    const [mistake, ...others] = diagnose(quiet(draw("{ size: [32, 8] }", '{ size: "${{ matrix.size }}" }')));
    expect(others).toEqual([]);
    expect(mistake).toMatchObject({
      code: "PIPE109",
      location: { line: 7 },
      related: [{ location: { line: 6, column: 26 } }],
    });
  });
});

describe("references between matrices", () => {
  const drawn = quiet(
    draw("{ seed: [1, 2], size: [32, 64] }", '{ seed: "${{ matrix.seed }}", size: "${{ matrix.size }}" }'),
  );
  const unzip = (matrix: string, reference: string) =>
    `${drawn}  unzip:\n    uses: archive/unzip\n${matrix === "" ? "" : `    matrix: ${matrix}\n`}    with: { archive: "\${{ stages.${reference}.outputs.archive }}" }\n`;
  const gather = (matrix: string, reference: string) =>
    `${drawn}  gather:\n    run: ls\n${matrix === "" ? "" : `    matrix: ${matrix}\n`}    inputs: { all: "\${{ stages.${reference}.outputs.archive }}" }\n`;

  test("mean the combination with the same values", () => {
    const pipeline = check(unzip("{ size: [64, 32], seed: [2, 1] }", "draw"));
    expect(stageOf(pipeline, "unzip@size=64,seed=1")).toMatchObject({
      needs: ["draw@seed=1,size=64"],
      with: { archive: { stage: "draw@seed=1,size=64", output: "archive" } },
    });
  });

  test("mean one where brackets choose it, numbers by their worth", () => {
    const pipeline = check(unzip("", "draw[seed=1, size=6.4e1]"));
    expect(stageOf(pipeline, "unzip")).toMatchObject({ needs: ["draw@seed=1,size=64"] });
    expect(diagnose(unzip("{ seed: [1] }", "draw[size=32]"))).toEqual([]);
  });

  test("are refused for several where one is taken, also if the list has one value only", () => {
    expect(diagnose(unzip("", "draw"))).toMatchObject([{ code: "PIPE132" }]);
    expect(diagnose(unzip("", "draw[seed=1]"))).toMatchObject([{ code: "PIPE132" }]);
    expect(diagnose(unzip("", "draw").replace("[32, 64]", "[32]").replace("[1, 2]", "[1]"))).toMatchObject([
      { code: "PIPE132" },
    ]);
  });

  test("give a command all, each at a place of its own", () => {
    const stage = stageOf(check(gather("", "draw")), "gather");
    expect([...listArtifacts(stage).keys()]).toEqual([
      "all/seed=1,size=32",
      "all/seed=1,size=64",
      "all/seed=2,size=32",
      "all/seed=2,size=64",
    ]);
    expect(locationOf(stage, "inputs.all/seed=2,size=32").line).toBe(10);
  });

  test("give those that agree in the keys that both have", () => {
    const pipeline = check(gather("{ seed: [2] }", "draw"));
    expect(stageOf(pipeline, "gather@seed=2").needs).toEqual(["draw@seed=2,size=32", "draw@seed=2,size=64"]);
    expect(stageOf(check(gather("{ seed: [2] }", "draw[seed=*]")), "gather@seed=2").needs).toHaveLength(4);
  });

  test("order stages in needs as they do elsewhere", () => {
    const text = `${drawn}  last: { run: ls, needs: [draw] }\n  some: { run: ls, needs: "draw[seed=2]" }\n`;
    expect(stageOf(check(text), "last").needs).toHaveLength(4);
    expect(stageOf(check(text), "some").needs).toEqual(["draw@seed=2,size=32", "draw@seed=2,size=64"]);
  });
});

describe("a name on the command line", () => {
  const pipeline = check(`${quiet(draw("{ fold: [0, 1], lr: [0.1, 0.01] }"))}  other: { uses: demo/cells }\n`);
  test.each([
    ["other", 1],
    ["draw", 4],
    ["draw@fold=0", 2],
    ["draw@lr=1e-2,fold=1", 1],
    ["draw[lr=0.1]", 2],
    ["draw@fold=7", 0],
    ["draw@folt=0", 0],
    ["other@fold=0", 0],
    ["drawn", 0],
  ])("%s means %i stages", (name, count) => {
    expect(findStages(pipeline, name)).toHaveLength(count);
  });
});

test("a matrix that would fill the memory is refused", () => {
  const values = Array.from({ length: 16 }, (_, index) => index).join(", ");
  const list = `[${Array.from({ length: 5000 }, () => "x").join(", ")}]`;
  const stage = (name: string) =>
    `  ${name}:\n    matrix: { a: [${values}], b: [${values}] }\n    run: ls\n    env: ${list}\n`;
  expect(diagnose(`${quiet(head)}${stage("one")}`)).toMatchObject([{ code: "PIPE119" }]);
});
