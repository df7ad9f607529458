import { once } from "node:events";
import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { s3Python, startS3Server } from "../cache/s3-server.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

const pipeline = `version: 1
name: words
stages:
  tree:
    run: mkdir "$PIPE_OUTPUT_FILES/deep"; seq 2000 > "$PIPE_OUTPUT_FILES/deep/numbers"; echo 'echo hi' > "$PIPE_OUTPUT_FILES/hi"; chmod +x "$PIPE_OUTPUT_FILES/hi"; ln -s hi "$PIPE_OUTPUT_FILES/link"; touch "$PIPE_OUTPUT_FILES/empty"
    outputs: { files: { kind: files, path: files } }
  count:
    run: wc -l < "$PIPE_INPUT_NUMBERS" > "$PIPE_OUTPUT_LINES"
    inputs: { numbers: "\${{ stages.tree.outputs.files }}/deep/numbers" }
    outputs: { lines: { kind: file, path: lines.txt } }
`;

type Environment = Readonly<Record<string, string>>;

async function run(project: ProjectRig, env: Environment): Promise<Record<string, string>> {
  return outcomesOf(await project.events(["run", "words.yaml"], { env }));
}

/** One project fills the remote cache, another one takes all from it. */
async function expectSharing(env: Environment): Promise<void> {
  await using first = await createProject({ "words.yaml": pipeline });
  await using second = await createProject({ "words.yaml": pipeline });
  expect(await run(first, env)).toEqual({ tree: "executed", count: "executed" });
  const plan = await second.pipe(["plan", "words.yaml"], { env });
  expect(plan.stdout).toMatch(/ {2}tree {3}restore {2}8\.90 kB, saves .*\n {2}count {2}restore {2}5 B, saves /);
  expect(plan.stdout).toContain("0 to run, 2 to restore from the remote cache, 0 cached\n");
  const { code, stdout } = await second.pipe(["run", "words.yaml"], { env });
  expect(code).toBe(0);
  expect(stdout).toContain("tree: taken from the remote cache ");
  expect(stdout).toMatch(/2 cached/);
  expect(await second.read("runs/latest/stages/count/outputs/lines.txt")).toBe("2000\n");
  const outputs = "runs/latest/stages/tree/outputs/files";
  expect(await second.list(outputs)).toEqual(["deep", "empty", "hi", "link"]);
  expect(await second.read(`${outputs}/link`)).toBe("echo hi\n");
  expect((await second.pipe(["cache", "verify"])).code).toBe(0);
}

describe("a remote cache in a folder", () => {
  it("gives one project what another made, links and rights included", async () => {
    await using remote = await createProject();
    await expectSharing({ PIPE_REMOTE_CACHE: join(remote.folder, "results") });
  });

  it("is checked byte by byte: what was damaged there is made here, with a warning", async () => {
    await using remote = await createProject();
    const env = { PIPE_REMOTE_CACHE: remote.folder };
    await using first = await createProject({ "words.yaml": pipeline });
    await run(first, env);
    for (const name of await remote.list("outputs")) {
      const path = join(remote.folder, "outputs", name);
      const bytes = await readFile(path);
      bytes[bytes.length - 2] = (bytes.at(-2) as number) ^ 1;
      await writeFile(path, bytes);
    }
    await using second = await createProject({ "words.yaml": pipeline });
    const { code, stdout } = await second.pipe(["run", "words.yaml"], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /warning the remote cache .* has tree but not as it was made \(the content of "files" is another\); it is made here and replaced there/,
    );
    expect(stdout).toContain("2 executed");
    expect(await second.read("runs/latest/stages/count/outputs/lines.txt")).toBe("2000\n");
    expect((await second.pipe(["cache", "verify"])).code).toBe(0);
  });

  it("shows no entry of which only a part has arrived", async () => {
    await using remote = await createProject();
    const env = { PIPE_REMOTE_CACHE: remote.folder };
    await using first = await createProject({ "words.yaml": pipeline });
    await run(first, env);
    await rm(join(remote.folder, "entries"), { recursive: true });
    await using second = await createProject({ "words.yaml": pipeline });
    expect(await run(second, env)).toEqual({ tree: "executed", count: "executed" });
  });

  it("gets what it lacks by `pipe cache push`", async () => {
    await using remote = await createProject();
    const env = { PIPE_REMOTE_CACHE: remote.folder };
    await using first = await createProject({ "words.yaml": pipeline });
    await first.pipe(["run", "words.yaml"]);
    const lost = await first.pipe(["cache", "push"]);
    expect([lost.code, lost.stderr]).toEqual([1, expect.stringContaining("Set PIPE_REMOTE_CACHE to a folder")]);
    const { code, stdout } = await first.pipe(["cache", "push"], { env });
    expect([code, stdout.match(/ is in /g)]).toEqual([0, [" is in ", " is in "]]);
    await using second = await createProject({ "words.yaml": pipeline });
    expect(await run(second, env)).toEqual({ tree: "cached", count: "cached" });
  });

  it("that cannot be written to costs a warning", async () => {
    await using remote = await createProject({ file: "" });
    const env = { PIPE_REMOTE_CACHE: join(remote.folder, "file") };
    await using project = await createProject({ "words.yaml": pipeline });
    const { code, stdout, stderr } = await project.pipe(["run", "words.yaml"], { env });
    expect(code).toBe(0);
    expect((stdout + stderr).match(/warning:? the remote cache/g)).toHaveLength(1);
    await chmod(remote.folder, 0o755);
  });
});

describe("a remote cache in a bucket", () => {
  const isThere = s3Python.type === "ready";
  const missing = s3Python.type === "missing" ? ` (skipped: ${s3Python.reason})` : "";

  it.runIf(isThere)(`gives one project what another made, over a real S3 server${missing}`, async () => {
    await using server = await startS3Server();
    await expectSharing({ ...server.environment, PIPE_REMOTE_CACHE: "s3://results/team" });
  });

  it("that nobody serves, or that never answers, fails no run and does not hold it up", async () => {
    const silent = createServer((socket) => socket.on("error", () => {}).resume()).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const secret = "planted-secret-5f3a";
    const env = {
      PIPE_REMOTE_CACHE: "s3://results/team",
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "test-key-id",
      AWS_SECRET_ACCESS_KEY: secret,
    };
    await using project = await createProject({ "words.yaml": pipeline });
    const slow = await project.pipe(["run", "words.yaml"], { env });
    silent.close();
    await once(silent, "close");
    const gone = await project.pipe(["run", "words.yaml", "--force"], { env });
    for (const { code, stdout, stderr } of [slow, gone]) {
      expect(code).toBe(0);
      expect((stdout + stderr).match(/the remote cache s3:\/\/results\/team\/ /g)).toHaveLength(1);
      expect(stdout + stderr).not.toContain(secret);
    }
    for (const name of await readdir(project.folder, { recursive: true })) {
      if (name.endsWith(".ndjson") || name.endsWith(".json")) expect(await project.read(name)).not.toContain(secret);
    }
  });

  it("without credentials is a mistake that is named", async () => {
    await using project = await createProject({ "words.yaml": pipeline });
    const env = { PIPE_REMOTE_CACHE: "s3://results", AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const { code, stderr } = await project.pipe(["run", "words.yaml"], { env });
    expect([code, stderr]).toEqual([1, expect.stringContaining("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")]);
  });
});
