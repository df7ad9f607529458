import { describe, expect, test } from "vitest";
import { createProject, type ProjectRig } from "../rig/project.ts";

const pipeline = `version: 1
name: own
params: { factor: 3 }
stages:
  first:
    uses: ./stages/scale.ts
    with: { numbers: numbers.csv, factor: "\${{ params.factor }}" }
  second:
    uses: ./stages/scale.ts
    with: { numbers: "\${{ stages.first.outputs.scaled }}" }
`;

const schema = {
  type: "object",
  additionalProperties: false,
  required: ["numbers"],
  properties: {
    numbers: { type: "string", "x-artifact": ["table"], description: "One number a line." },
    factor: { type: "number", default: 2, description: "What to multiply by." },
  },
  "x-outputs": { scaled: { kind: "table", path: "scaled.csv", description: "The products." } },
};

const kind = `import { readFile, writeFile } from "node:fs/promises";
import { fail, type OwnStageKind } from "pipe/stage";
import { multiply } from "./multiply.ts";

interface With {
  readonly numbers: string;
  readonly factor: number;
}

export default {
  async run(stage) {
    const lines = (await readFile(stage.with.numbers, "utf8")).trim().split("\\n");
    if (lines.includes("x")) fail("input", "x is no number.");
    if (lines.includes("bug")) throw new TypeError("cannot multiply bugs");
    stage.metric("count", lines.length);
    await writeFile(stage.output("scaled"), lines.map((line) => multiply(Number(line), stage.with.factor)).join("\\n"));
  },
} satisfies OwnStageKind<With>;
`;

const files = {
  "p.yaml": pipeline,
  "numbers.csv": "1\n2\n",
  "stages/scale.ts": kind,
  "stages/multiply.ts": "export const multiply = (a: number, b: number): number => a * b;\n",
  "stages/scale.schema.json": JSON.stringify(schema),
};

const run = (project: ProjectRig, ...args: string[]) => project.pipe(["run", "p.yaml", "--no-mlflow", ...args]);

describe("a stage kind of the user's", () => {
  test("runs with its parameters, defaults and helpers, and its result is cached", async () => {
    await using project = await createProject(files);
    const { code, stdout, stderr } = await run(project);
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringContaining("2 executed") });
    expect(await project.read("runs/latest/stages/second/outputs/scaled.csv")).toBe("6\n12");
    expect((await run(project)).stdout).toContain("2 cached");
  });

  test("runs again when its code, or code that it imports, is another, and says which", async () => {
    await using project = await createProject(files);
    await run(project);
    await project.write({
      "stages/multiply.ts": "export const multiply = (a: number, b: number): number => a * b + 1;\n",
    });
    expect((await project.pipe(["plan", "p.yaml"])).stdout).toMatch(
      /first\s+runs\s+code\.multiply\.ts changed .*\(p\.yaml:6\)/,
    );
    await run(project);
    expect(await project.read("runs/latest/stages/first/outputs/scaled.csv")).toBe("4\n7");
  });

  test("is checked like those of pipe", async () => {
    await using project = await createProject(files);
    await project.write({ "p.yaml": pipeline.replace('factor: "', 'factr: "').replace("scaled }}", "scald }}") });
    const { code, stderr } = await project.pipe(["validate", "p.yaml"]);
    expect(code).toBe(2);
    expect(stderr).toContain('p.yaml:7:35 error PIPE105 unknown key "factr" in "with" of stage "first"');
    expect(stderr).toContain('stage "first" has no output "scald"');
  });

  test("that cannot be compiled, throws, or fails says where", async () => {
    await using project = await createProject(files);
    await project.write({
      "stages/multiply.ts": "export const one = 1;\nexport const multiply = (a: number b) => a;\n",
    });
    const unread = await run(project);
    expect(unread).toMatchObject({ code: 1, stdout: expect.stringContaining("stages/multiply.ts:2:") });
    await project.write({ "stages/multiply.ts": files["stages/multiply.ts"], "numbers.csv": "bug\n" });
    const thrown = await run(project);
    expect(thrown).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/stages\/scale\.ts:14:\d+: TypeError: cannot multiply bugs/),
    });
    expect(thrown.stdout).not.toContain("please report");
    await project.write({ "numbers.csv": "x\n" });
    expect(await run(project)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("failed first: x is no number."),
    });
    await project.write({ "stages/scale.ts": "export const nothing = 1;\n" });
    expect((await run(project)).stdout).toContain("exports no stage kind");
  });
});
