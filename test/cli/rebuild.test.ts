import { spawnSync } from "node:child_process";
import { cp, open, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../pipeline/check-text.ts";
import { createProject } from "../rig/project.ts";

const pipeline = `
version: 1
name: live
stages:
  first:
    run: 'echo waiting; cat gate > "$PIPE_OUTPUT_X"'
    outputs: { x: { kind: file, path: x.txt } }
  second:
    run: cp "$PIPE_INPUT_X" "$PIPE_OUTPUT_Y"
    inputs: { x: "\${{ stages.first.outputs.x }}" }
    outputs: { y: { kind: file, path: y.txt } }
  own: { uses: ./own.ts, needs: second }
  cells: { uses: demo/cells, needs: own, with: { train: 30, test: 5 } }
`;

const ownKind = `import { fail } from "pipe/stage";
export default {
  async run(stage) {
    if (typeof fail !== "function") throw new Error("no authoring");
    stage.log("info", "own kind ran");
  },
};
`;

const ownSchema = { type: "object", additionalProperties: false, properties: {}, "x-outputs": {} };

it("goes on with the code that it began with while the checkout is updated and built anew", {
  timeout: 300_000,
}, async () => {
  await using project = await createProject({
    "p.yaml": pipeline,
    "own.ts": ownKind,
    "own.schema.json": JSON.stringify(ownSchema),
  });
  const checkout = join(project.folder, "checkout");
  for (const part of ["src", "schemas", "scripts", "dist", "pipe", "package.json", "package-lock.json"])
    await cp(join(root, part), join(checkout, part), { recursive: true });
  for (const part of ["tsconfig.json", "tsconfig.build.json"]) await cp(join(root, part), join(checkout, part));
  await symlink(join(root, "node_modules"), join(checkout, "node_modules"));
  expect(spawnSync("mkfifo", [join(project.folder, "gate")]).status).toBe(0);
  const run = project.start(["run", "p.yaml", "--no-mlflow"], { entry: join(checkout, "dist", "bundle", "entry.js") });
  await run.waitForLine("waiting");

  // What an update may do: the processes of stages are other ones, and a schema is not what it was.
  const execStage = join(checkout, "src", "cli", "commands", "exec-stage.ts");
  await writeFile(
    execStage,
    (await readFile(execStage, "utf8")).replace(
      "): Promise<ExitCode> {",
      `$&\n  if (positionals.length > 0) throw new Error("the next version");`,
    ),
  );
  const schema = join(checkout, "schemas", "stages", "demo-cells.schema.json");
  await writeFile(schema, (await readFile(schema, "utf8")).replace(/"x-revision": \d+/, '"x-revision": 1000'));
  const launcher = join(checkout, "pipe");
  const plan = spawnSync(process.execPath, [launcher, "plan", "p.yaml"], { cwd: project.folder, encoding: "utf8" });
  expect({ code: plan.status, stderr: plan.stderr }).toEqual({ code: 0, stderr: "pipe setup: compiling\n" });

  const gate = await open(join(project.folder, "gate"), "w");
  await gate.write("through");
  await gate.close();
  const { code, stdout, stderr } = await run.result;
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toContain("own kind ran");

  // The next run is one of the new version.
  const next = spawnSync(process.execPath, [launcher, "run", "p.yaml", "--no-mlflow", "--force=cells"], {
    cwd: project.folder,
    encoding: "utf8",
  });
  expect(next.status).toBe(1);
  expect(next.stdout + next.stderr).toContain("the next version");
});
