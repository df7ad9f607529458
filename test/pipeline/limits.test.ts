import { describe, expect, test } from "vitest";
import { createProject } from "../rig/project.ts";
import { check, diagnose } from "./check-text.ts";

const head = "version: 1\nname: example\n";
const stages = "stages: { draw: { uses: demo/cells } }\n";
const codes = (text: string) => diagnose(text).map(({ code }) => code);

describe("a hundred thousand levels are refused, not a crash", () => {
  const n = 100_000;
  test.each([
    ["open lists", "[".repeat(n)],
    ["closed lists", `a: ${"[".repeat(n)}${"]".repeat(n)}`],
    ["maps", `a: ${"{b: ".repeat(n)}`],
    ["lists in one line", "- ".repeat(n)],
    ["complex keys", "? ".repeat(n)],
    ["indented maps", Array.from({ length: 2000 }, (_, level) => `${" ".repeat(level)}a:`).join("\n")],
    ["indented lists", Array.from({ length: 2000 }, (_, level) => `${" ".repeat(level)}-`).join("\n")],
  ])("%s", (_, text) => {
    expect(codes(text)).toEqual(["PIPE119"]);
  });
});

describe("a document longer than any that is written by hand is refused before it fills the memory", () => {
  test.each([
    ["a value of nine million characters", `${head}description: ${"x".repeat(9e6)}\n${stages}`, /8 million characters/],
    ["a million values", `${head}params: { a: [${"1,".repeat(1e6)}] }\n${stages}`, /1 million keys, values and signs/],
    ["a million lines", `${head}params:\n${"  - a\n".repeat(1e6)}${stages}`, /1 million keys, values and signs/],
  ])("%s", (_, text, message) => {
    expect(diagnose(text)).toMatchObject([{ code: "PIPE119", message: expect.stringMatching(message) }]);
  });
});

test("a hundred levels are no trouble", () => {
  const depth = 90;
  const text = `${head}description: "\${{ params.a.0 }}x"\nparams: { a: ["y", ${"[".repeat(depth)}${"]".repeat(depth)}] }\n${stages}`;
  expect(codes(text)).toEqual([]);
});

test("aliases of aliases are stopped before they fill the memory", () => {
  const levels = Array.from({ length: 30 }, (_, i) => `  l${i + 1}: &l${i + 1} [*l${i}, *l${i}, *l${i}, *l${i}]`);
  expect(codes(`${head}params:\n  l0: &l0 [x, x]\n${levels.join("\n")}\n${stages}`)).toContain("PIPE119");
});

test("merge keys of merge keys are stopped as well", () => {
  const levels = Array.from(
    { length: 30 },
    (_, i) => `  l${i + 1}: &l${i + 1} { a: *l${i}, b: *l${i}, <<: [*l${i}, *l${i}] }`,
  );
  expect(codes(`${head}params:\n  l0: &l0 { x: 1 }\n${levels.join("\n")}\n${stages}`)).toContain("PIPE119");
});

describe("the command line refuses in 160 MB", { timeout: 60_000 }, () => {
  const wide = Array.from({ length: 30 }, (_, i) => `  l${i + 1}: &l${i + 1} [*l${i}, *l${i}, *l${i}, *l${i}]`);
  test.each([
    ["aliases of aliases", `${head}params:\n  l0: &l0 [x, x]\n${wide.join("\n")}\n${stages}`],
    ["a hundred thousand levels", `${head}params: ${"[".repeat(100_000)}\n`],
    ["a value of nine million characters", `${head}description: ${"x".repeat(9e6)}\n${stages}`],
    ["a million values", `${head}params: { a: [${"1,".repeat(1e6)}] }\n${stages}`],
  ])("%s", async (_, text) => {
    await using project = await createProject({ "bomb.yaml": text });
    const env = { NODE_OPTIONS: "--max-old-space-size=160" };
    const { code, stderr } = await project.pipe(["validate", "bomb.yaml"], { env });
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/bomb\.yaml:\d+:\d+ error PIPE119/),
    });
  });
});

describe("ten thousand stages", () => {
  const chain = (reference: (index: number) => string) =>
    `${head}stages:\n  s0: { uses: demo/cells }\n${Array.from(
      { length: 10_000 },
      (_, i) => `  s${i + 1}:\n    uses: archive/unzip\n    with: { archive: "${reference(i)}" }\n`,
    ).join("")}`;

  test("in a chain are checked", () => {
    const text = chain(
      (i) => `\${{ stages.s${i}.outputs.${i === 0 ? "archive" : "files"} }}${i === 0 ? "" : "/x.zip"}`,
    );
    expect(check(text).stages).toHaveLength(10_001);
  });

  test("each with a mistake are reported up to a bound", () => {
    const found = diagnose(chain((i) => `\${{ stages.t${i}.outputs.files }}`));
    expect(found.length).toBeGreaterThan(100);
    expect(found.length).toBeLessThan(300);
  });

  test("are planned by the command line in 256 MB", async () => {
    const stage = (i: number) =>
      `  s${i}: { run: "true", inputs: { x: "\${{ stages.s${i - 1}.outputs.x }}" }, outputs: { x: { kind: file, path: x } } }`;
    const first = `  s0: { run: "true", outputs: { x: { kind: file, path: x } } }`;
    const all = [first, ...Array.from({ length: 9_999 }, (_, i) => stage(i + 1)), ""].join("\n");
    await using project = await createProject({ "chain.yaml": `${head}stages:\n${all}` });
    const { code, stdout } = await project.pipe(["plan", "chain.yaml"], {
      env: { NODE_OPTIONS: "--max-old-space-size=256" },
    });
    expect(code).toBe(0);
    expect(stdout).toContain("1 to run, 9999 that depend on them, 0 cached");
  });
});
