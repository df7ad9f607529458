import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../pipeline/check-text.ts";
import { createProject } from "../rig/project.ts";

const folder = join(root, "test/cases/wrong");

/** Loaded before anything else, writes down at the end which code the process has loaded. */
const probe = `process.on("exit", () => {
  const loaded = [...Object.keys(require.cache), ...process.report.getReport().sharedObjects];
  require("node:fs").writeFileSync(process.env.PROBE_FILE, loaded.join("\\n"));
});`;

const timesMs: number[] = [];

test.each(readdirSync(folder))(
  "a document with %s is refused with exit code 2, before TensorFlow is loaded",
  async (name) => {
    await using project = await createProject({
      "pipeline.yaml": readFileSync(join(folder, name, "pipeline.yaml"), "utf8"),
      "probe.cjs": probe,
    });
    const probeFile = join(project.folder, "loaded.txt");
    const plain = await timed(() => project.pipe(["validate", "pipeline.yaml"]));
    expect(plain).toEqual({
      code: 2,
      signal: null,
      stdout: "",
      stderr: readFileSync(join(folder, name, "expected.txt"), "utf8"),
    });

    const env = { NODE_OPTIONS: `--require=${join(project.folder, "probe.cjs")}`, PROBE_FILE: probeFile };
    await project.pipe(["validate", "pipeline.yaml"], { env });
    const loaded = readFileSync(probeFile, "utf8");
    expect(loaded).toMatch(/probe\.cjs/); // the probe sees what is loaded
    expect(loaded).not.toMatch(/tensorflow|tfjs/);
  },
);

test("the times are told, for whoever looks", () => {
  const sorted = timesMs.sort((a, b) => a - b);
  console.info(`pipe validate on wrong documents: ${sorted.map(Math.round).join(", ")} ms`);
  expect(sorted).toHaveLength(readdirSync(folder).length);
});

test("a valid document is said to be valid", async () => {
  const text = readFileSync(join(root, "test/cases/valid/atlas.yaml"), "utf8");
  await using project = await createProject({ "pipeline.yaml": text });
  expect(await project.pipe(["validate", "pipeline.yaml"])).toMatchObject({
    code: 0,
    stdout: "pipeline.yaml is valid: 11 stages\n",
    stderr: "",
  });
});

test("with --json, mistakes are an object for programs", async () => {
  const text = readFileSync(join(folder, "cycle/pipeline.yaml"), "utf8");
  await using project = await createProject({ "pipeline.yaml": text });
  const { code, stdout } = await project.pipe(["validate", "pipeline.yaml", "--json"]);
  const { version, diagnostics } = JSON.parse(stdout);
  expect({ code, version }).toEqual({ code: 2, version: 1 });
  expect(diagnostics[0]).toMatchObject({ code: "PIPE111", location: { file: "pipeline.yaml", line: 6, column: 12 } });
});

async function timed<Value>(work: () => Promise<Value>): Promise<Value> {
  const start = performance.now();
  const value = await work();
  timesMs.push(performance.now() - start);
  return value;
}
