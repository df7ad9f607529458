import { expect, test } from "vitest";
import { err, ok } from "../../src/base/result.ts";
import { checkPipeline } from "../../src/pipeline/check.ts";
import { listRelativeImports } from "../../src/pipeline/relative-imports.ts";
import { schemas, stageOf } from "./check-text.ts";

const schema = {
  type: "object",
  properties: { n: { type: "integer" } },
  "x-outputs": { out: { kind: "table", path: "out.csv" } },
};
const good = {
  "pipes/k.ts": 'import { b } from "./b.ts";',
  "pipes/b.ts": 'import "./k.ts";',
  "pipes/k.schema.json": JSON.stringify(schema),
};

function check(files: Readonly<Record<string, string>>, uses = "./k.ts") {
  const readSource = (file: string) => (files[file] === undefined ? err("does not exist") : ok(files[file]));
  const text = `version: 1\nname: own\nstages:\n  own: { uses: ${uses}, with: { n: 1 } }\n`;
  return checkPipeline({ file: "pipes/p.yaml", text }, { overrides: [], schemas, readSource });
}

test("a kind of one's own counts from the document's folder, and has the digests of all that it imports", () => {
  const checked = check(good);
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(stageOf(checked.value.pipeline, "own")).toMatchObject({
    uses: "./k.ts",
    revision: 1,
    code: { file: "pipes/k.ts", digests: { "k.ts": digest, "b.ts": digest } },
    outputs: { out: { kind: "table" } },
  });
});

test.each([
  ["no file", {}, "./k.ts", "the file pipes/k.ts does not exist"],
  ["another ending", good, "./k.py", "ends in .ts"],
  [
    "an import that is not there",
    { ...good, "pipes/b.ts": 'export * from "../c.js";' },
    "./k.ts",
    "pipes/b.ts imports c.js, which does not exist",
  ],
  ["no schema", { "pipes/k.ts": "" }, "./k.ts", "its schema pipes/k.schema.json does not exist"],
  ["no JSON", { ...good, "pipes/k.schema.json": "{" }, "./k.ts", "not valid JSON"],
  [
    "no outputs",
    { ...good, "pipes/k.schema.json": '{ "type": "object", "properties": {} }' },
    "./k.ts",
    "must have required property 'x-outputs'",
  ],
  [
    "an unknown kind of artifact",
    { ...good, "pipes/k.schema.json": JSON.stringify(schema).replace('"table"', '"tabel"') },
    "./k.ts",
    "x-outputs.out.kind must be equal to one of the allowed values: archive",
  ],
  [
    "an output elsewhere",
    { ...good, "pipes/k.schema.json": JSON.stringify(schema).replace("out.csv", "../out.csv") },
    "./k.ts",
    "x-outputs.out.path must match pattern",
  ],
  [
    "a misspelled keyword",
    { ...good, "pipes/k.schema.json": JSON.stringify(schema).replace('"integer"', '"integer", "minimun": 1') },
    "./k.ts",
    'unknown keyword: "minimun"',
  ],
] as const)("%s is reported at uses", (_, files, uses, message) => {
  const checked = check(files, uses);
  expect(checked.ok ? [] : checked.error).toMatchObject([
    { code: "PIPE160", message: expect.stringContaining(message), location: { line: 4, column: 16 } },
  ]);
});

test("relative imports are found in all their forms, and packages are not", () => {
  const text = `import a, { b } from "./a.ts";\nimport "./b.js";\nexport * from '../c.mjs';\nconst d = await import("./d.ts");\nimport type { E } from "./e.ts";\nimport fs from "node:fs";\nimport x from "x";\n`;
  expect(listRelativeImports(text)).toEqual(["./a.ts", "./b.js", "../c.mjs", "./d.ts", "./e.ts"]);
});
