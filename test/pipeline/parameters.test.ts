import { describe, expect, test } from "vitest";
import { check, diagnose, diagnoseAsText, stageOf } from "./check-text.ts";

function draw(params: string, values: string): string {
  return `version: 1\nname: example\nparams: ${params}\nstages:\n  draw:\n    uses: demo/cells\n    with: ${values}\n`;
}

function withOf(text: string, overrides: readonly string[] = []) {
  const stage = stageOf(check(text, overrides), "draw");
  return stage.type === "kind" ? stage.with : {};
}

test("parameters refer to each other, and into each other", () => {
  const params = '{ base: { seed: 3, sizes: [16, 32] }, copy: "${{ params.base }}", seed: "${{ params.copy.seed }}" }';
  const values = '{ seed: "${{ params.seed }}", size: "${{ params.copy.sizes.1 }}" }';
  expect(withOf(draw(params, values))).toMatchObject({ seed: 3, size: 32 });
});

test("a whole map of parameters can be a stage's with", () => {
  expect(withOf(draw("{ cells: { size: 32, seed: 1 } }", '"${{ params.cells }}"'))).toMatchObject({
    size: 32,
    seed: 1,
  });
});

test("a mistake in a parameter's value points at the use and at the definition", () => {
  expect(diagnoseAsText(draw("{ cells: { size: 8 } }", '"${{ params.cells }}"'))).toBe(`\
pipeline.yaml:7:11 error PIPE109 "with.size" of stage "draw" must be at least 16, but is 8
  7 |     with: "\${{ params.cells }}"
    |           ~~~~~~~~~~~~~~~~~~~~~
  pipeline.yaml:3:26 the value comes from params.cells.size
    3 | params: { cells: { size: 8 } }
      |                          ~
Width and height of each image, in pixels.
`);
});

test("a list cannot stand inside text", () => {
  const text = `version: 1\nname: "x-\${{ params.sizes }}"\nparams: { sizes: [1] }\nstages: { draw: { uses: demo/cells } }\n`;
  expect(diagnose(text).map(({ message }) => message)).toEqual(["params.sizes is a list and cannot stand inside text"]);
});

test("a parameter that refers to what contains it is a cycle", () => {
  const found = diagnose(draw('{ a: { b: "${{ params.a }}" } }', '{ seed: "${{ params.a.b }}" }'));
  expect(found.map(({ code }) => code)).toEqual(["PIPE115"]);
});

test("parameters that grow beyond bounds are stopped", () => {
  const names = Array.from({ length: 40 }, (_, index) => `p${index}`);
  const twice = names.slice(1).map((name, index) => `${name}: "\${{ params.p${index} }}\${{ params.p${index} }}"`);
  const text = draw(`{ p0: xx, ${twice.join(", ")} }`, '{ seed: "${{ params.p39 }}" }');
  expect(diagnose(text).map(({ code }) => code)).toEqual(["PIPE119"]);
});

test("long chains of parameters are stopped", () => {
  const names = Array.from({ length: 5000 }, (_, index) => `p${index}: "\${{ params.p${index + 1} }}"`);
  const found = diagnose(draw(`{ ${names.join(", ")}, p5000: 1 }`, '{ seed: "${{ params.p0 }}" }'));
  expect(new Set(found.map(({ code }) => code))).toEqual(new Set(["PIPE119"]));
});

describe("--set", () => {
  const text = draw(
    "{ cells: { size: 32, seed: 1 }, seed: 2 }",
    '{ size: "${{ params.cells.size }}", seed: "${{ params.seed }}" }',
  );

  test("replaces a parameter, at any depth, by a YAML value", () => {
    expect(withOf(text, ["params.cells.size=64", "params.seed=9"])).toMatchObject({ size: 64, seed: 9 });
    expect(check(text, ["params.cells={ size: 16 }"]).params).toMatchObject({ cells: { size: 16 } });
  });

  test("the last of two options for one parameter wins", () => {
    expect(withOf(text, ["params.seed=9", "params.seed=10"])).toMatchObject({ seed: 10 });
  });

  test("may itself refer to parameters", () => {
    expect(withOf(text, ["params.seed=${{ params.cells.size }}"])).toMatchObject({ seed: 32 });
  });

  test("names itself where its value is wrong", () => {
    const [found] = diagnose(text, ["params.seed=many"]);
    expect(found).toMatchObject({ code: "PIPE107", location: { line: 7, column: 53 } });
    expect(found?.hint).toBe("The value was set by --set params.seed=many.");
  });

  test.each([
    ["params.sead=1", "PIPE112", 'the parameter "sead" is not defined', 'Did you mean "seed"?'],
    ["params.cells.sise=1", "PIPE112", 'the parameter "cells.sise" is not defined', 'Did you mean "size"?'],
    ["params.seed.x=1", "PIPE112", 'the parameter "seed.x" is not defined', "params.seed is not a map."],
    ["seed=1", "PIPE117", "only parameters can be set", "Did you mean --set params.seed=1?"],
    ["stages.draw=1", "PIPE117", "only parameters can be set", "Write --set params.NAME=VALUE."],
    ["params.seed", "PIPE117", "no value", "Write --set params.NAME=VALUE."],
    ["params.seed=[1", "PIPE117", "the value is not valid YAML: the [ is never closed", undefined],
  ])("%s is refused", (option, code, message, hint) => {
    const [found, ...others] = diagnose(text, [option]);
    expect(others).toEqual([]);
    expect(found?.code).toBe(code);
    expect(found?.message).toBe(`--set ${option}: ${message}`);
    expect(found?.location).toBeUndefined();
    if (hint !== undefined) expect(found?.hint).toContain(hint);
  });
});

test("where params is no map, that is said, and not that its parameters are missing", () => {
  const found = diagnose(draw("[seed]", '{ seed: "${{ params.seed }}" }'));
  expect(found.map(({ message }) => message)).toEqual(['"params" must be a map, but is a list']);
});
