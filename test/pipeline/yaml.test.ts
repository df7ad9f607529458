import { describe, expect, test } from "vitest";
import { check, diagnose } from "./check-text.ts";

/** `line:column message` of each diagnostic, and of the places related to it. */
function places(text: string): string[] {
  return diagnose(text).flatMap(({ location, message, related = [] }) => [
    `${location?.line}:${location?.column} ${message}`,
    ...related.map((each) => `  ${each.location.line}:${each.location.column} ${each.message}`),
  ]);
}

test.each([
  ['a: "x\nb: 2\n', ['1:4 the " is never closed', "  2:4 it is still open here"]],
  ["a: 'x\nb: 2\n", ["1:4 the ' is never closed", "  2:4 it is still open here"]],
  ["a: [1, 2\nb: 3\n", ["1:4 the [ is never closed", "  2:1 it is still open here"]],
  ["a: {x: 1\n", ["1:4 the { is never closed"]],
  ["{a: 1", ["1:1 the { is never closed"]],
  ["a: {x: 1}}\n", ["1:10 a closing bracket that was never opened"]],
  ["a: [1 2]\nb: ]\n", ["2:4 a closing bracket that was never opened"]],
  ["a: [{b: 1} {c: 2}]\n", ["1:12 text after the end of the value"]],
  ["a:\n  b: 1\n c: 2\n", ["3:2 wrong indentation"]],
  ["a:\n b: 1\n  c: 2\n", ["3:3 this line is indented further than the one above, whose key has a value already"]],
  ["a: b: c\n", ["1:4 a second colon in one line"]],
  ["run: python x.py: go\n", ["1:6 a second colon in one line"]],
  ["a: 1\nb\n", ["2:1 a key without a value"]],
  ["a\nb: 1\n", ["1:1 a key without a value"]],
  ["a: 1\nb:2\n", ["2:1 a key without a value"]],
  ["key: - x\n", ["1:6 a list item on the line of its key"]],
  ["a:\n\t- b\n", ["2:1 a tab in the indentation"]],
  ["a: @x\n", ["1:4 a value cannot begin with this character"]],
  ['a: "b" c\n', ["1:8 text after the end of the value"]],
  ["a: 1\n---\nb: 2\n", ["2:1 a second document in one file"]],
  ["a: !mine 1\n", ["1:4 a tag that has no meaning in pipelines"]],
  ["a: {b: ${{ params.x }}, c: 2}\n", ["1:8 a reference without quotes inside { } or [ ]"]],
  ["a: [1, ${{ params.x }}]\n", ["1:8 a reference without quotes inside { } or [ ]"]],
  ["a: {\n  b: c\n  d: e\n}\n", ["2:6 a key without a value"]],
])("%j is no YAML", (text, expected) => {
  expect(places(text)).toEqual(expected);
});

test("mistakes that leave the parser in step are all reported", () => {
  expect(places('a: "\\q"\nb: !mine 1\nc: "\\w"\n')).toEqual([
    "1:5 an unknown escape in double quotes",
    "2:4 a tag that has no meaning in pipelines",
    "3:5 an unknown escape in double quotes",
  ]);
});

test.each([
  ["", "the document is empty"],
  ["# nothing yet\n", "the document is empty"],
  ["---\n", "the document is empty"],
  ["- a\n", "the document must be a map of keys and values"],
  ["train\n", "the document must be a map of keys and values"],
])("%j is no pipeline", (text, message) => {
  expect(diagnose(text).map((each) => [each.code, each.message])).toEqual([["PIPE100", message]]);
});

const head = "version: 1\nname: example\n";
const stages = "stages: { draw: { uses: demo/cells } }\n";

test.each([
  ["stages:\n", '"stages" must be a map, but is empty'],
  ["stages: {}\n", '"stages" must not be empty'],
  ["stages: [draw]\n", '"stages" must be a map, but is a list'],
  ["stages: { draw: }\n", 'stage "draw" must be a map, but is empty'],
  ["stages: { draw: demo/cells }\n", 'stage "draw" must be a map, but is the string "demo/cells"'],
])("%j has no stages", (text, message) => {
  expect(diagnose(head + text).map((each) => each.message)).toEqual([message]);
});

test.each([
  ["1: x", "a key must be text"],
  ["[a]: x", "a key must be text"],
  ["true: x", "a key must be text"],
  ["a: .inf", ".inf is not a value that pipelines take"],
  ["a: !!binary aGk=", "the tag !!binary has no meaning in pipelines"],
  ["a: *nowhere", "no anchor &nowhere stands before the alias *nowhere"],
  ["a: &a [*a]", "the alias *a stands inside the value that it repeats"],
  ["<<: 1", "<< takes a map, or a list of maps"],
])("params with %j are refused", (text, message) => {
  expect(diagnose(`${head}params:\n  ${text}\n${stages}`).map((each) => each.message)).toContain(message);
});

test("equal keys name the first place, at every depth", () => {
  expect(places(`${head}name: again\nparams: { a: { b: 1, b: 2 } }\n${stages}`)).toEqual([
    '3:1 the key "name" stands twice in one map',
    "  2:1 first defined here",
    '4:22 the key "b" stands twice in one map',
    "  4:16 first defined here",
  ]);
});

describe("anchors, aliases and merge keys", () => {
  const merged = (merge: string) =>
    check(`${head}stages:
  one: { uses: demo/cells, with: &one { train: 100, size: 32 } }
  two: { uses: demo/cells, with: &two { test: 10, size: 64 } }
  all: { uses: demo/cells, with: { ${merge}, seed: 7 } }
`).stages.map((stage) => (stage.type === "kind" ? stage.with : {}))[2];

  test("a merged map gives the keys that are not there", () => {
    expect(merged("<<: *one, size: 16")).toEqual({ train: 100, test: 100, size: 16, seed: 7 });
  });

  test("of several merged maps the first wins", () => {
    expect(merged("<<: [*two, *one]")).toEqual({ train: 100, test: 10, size: 64, seed: 7 });
  });

  test("a mistake in what several aliases repeat is said once, where it stands", () => {
    const text = `${head}stages:\n  one: { uses: demo/cells, with: &one { size: 8 } }\n  two: { uses: demo/cells, with: *one }\n`;
    const found = diagnose(text);
    expect(found.map(({ location }) => [location?.line, location?.column])).toEqual([
      [4, 47],
      [4, 47],
    ]);
    expect(found.map(({ message }) => /stage "(\w+)"/.exec(message)?.[1])).toEqual(["one", "two"]);
  });
});

test("a byte order mark and Windows line ends change nothing", () => {
  const text = `\ufeff${head}${stages}`.replaceAll("\n", "\r\n");
  expect(check(text).stages).toHaveLength(1);
  expect(places(`${head}names: x\n${stages}`.replaceAll("\n", "\r\n"))).toEqual([
    '3:1 unknown key "names" in the document',
  ]);
});

test("numbers are those of YAML 1.2", () => {
  const params = "params: { a: 1e-3, b: 2e-2, c: .5, d: 0x10, e: 0o17, f: 1_000, g: yes, h: 010 }";
  const used = "abcdefgh".replace(/./g, (name) => `${name}=\${{ params.${name} }} `);
  const pipeline = check(`${head}description: "${used}"\n${params}\n${stages}`);
  expect(pipeline.params).toEqual({ a: 0.001, b: 0.02, c: 0.5, d: 16, e: 15, f: "1_000", g: "yes", h: 10 });
});
