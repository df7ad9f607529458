import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject } from "../rig/project.ts";

const pipeline = `version: 1
name: paths
stages:
  make:
    run: echo \${{ matrix.n }} > "$PIPE_OUTPUT_X"
    matrix: { n: [1, 2] }
    outputs: { x: { kind: file, path: x } }
  read:
    run: cp "$PIPE_ARTIFACTS" "$PIPE_OUTPUT_PATHS_SEEN"; cat "$PIPE_INPUT_ALL/n=2" > "$PIPE_OUTPUT_LAST"
    inputs: { own-file: "a 'file'.txt", all: "\${{ stages.make.outputs.x }}" }
    outputs: { paths-seen: { kind: file, path: paths.json }, last: { kind: file, path: last } }
`;

test("a command finds all its artifacts by their names in a JSON file", async () => {
  await using project = await createProject({ "p.yaml": pipeline, "a 'file'.txt": "own" });
  const { code, stderr } = await project.pipe(["run", "p.yaml", "--no-mlflow"]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { inputs, outputs } = JSON.parse(await project.read("runs/latest/stages/read/outputs/paths.json"));
  expect(inputs["own-file"]).toBe(join(project.folder, "a 'file'.txt"));
  expect(Object.keys(inputs.all)).toEqual(["n=1", "n=2"]);
  for (const n of [1, 2]) expect(await readFile(inputs.all[`n=${n}`], "utf8")).toBe(`${n}\n`);
  expect(Object.keys(outputs)).toEqual(["paths-seen", "last"]);
  expect(await project.read("runs/latest/stages/read/outputs/last")).toBe("2\n");
});
