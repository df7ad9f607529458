import { describe, expect, test } from "vitest";
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

describe("ten thousand stages", () => {
  const chain = (reference: (index: number) => string) =>
    `${head}stages:\n  s0: { uses: demo/cells }\n${Array.from(
      { length: 10_000 },
      (_, i) => `  s${i + 1}:\n    uses: archive/unzip\n    with: { archive: "${reference(i)}" }\n`,
    ).join("")}`;

  test("in a chain are checked", { timeout: 20_000 }, () => {
    const text = chain(
      (i) => `\${{ stages.s${i}.outputs.${i === 0 ? "archive" : "files"} }}${i === 0 ? "" : "/x.zip"}`,
    );
    expect(check(text).stages).toHaveLength(10_001);
  });

  test("each with a mistake are reported up to a bound", { timeout: 20_000 }, () => {
    const found = diagnose(chain((i) => `\${{ stages.t${i}.outputs.files }}`));
    expect(found.length).toBeGreaterThan(100);
    expect(found.length).toBeLessThan(300);
  });
});
