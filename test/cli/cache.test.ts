import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CacheRow } from "../../src/report/cache-list.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

/** Two stages of 1,000 bytes each; the number decides their content. */
const blocks = (number: number): string => `version: 1
name: blocks
params: { number: ${number} }
stages:
  large:
    run: head -c 1000 /dev/zero | tr '\\0' "\${{ params.number }}" > "$PIPE_OUTPUT_BYTES"
    outputs: { bytes: { kind: file, path: bytes } }
  copy:
    run: cp -r "$PIPE_INPUT_BYTES" "$PIPE_OUTPUT_FILES/copy"
    inputs: { bytes: "\${{ stages.large.outputs.bytes }}" }
    outputs: { files: { kind: files, path: files } }
`;

async function runBlocks(project: ProjectRig, number: number): Promise<Record<string, string>> {
  await project.write({ "blocks.yaml": blocks(number) });
  return outcomesOf(await project.events(["run", "blocks.yaml"]));
}

async function list(project: ProjectRig): Promise<CacheRow[]> {
  const { stdout } = await project.pipe(["cache", "ls", "--sort", "made", "--json"]);
  return (JSON.parse(stdout) as { entries: CacheRow[] }).entries;
}

/** Lets all entries look as if they were used that many days ago. */
async function age(project: ProjectRig, days: number): Promise<void> {
  const at = new Date(Date.now() - days * 86_400_000);
  for (const entry of await project.list(".pipe/cache"))
    await utimes(join(project.folder, ".pipe/cache", entry, "manifest.json"), at, at);
}

describe("pipe cache ls", () => {
  it("lists what is kept, where it comes from and which runs lead to it", async () => {
    await using project = await createProject();
    expect((await project.pipe(["cache", "ls"])).stdout).toBe("The cache is empty.\n");
    await runBlocks(project, 1);
    await runBlocks(project, 1);
    const rows = await list(project);
    expect(
      rows.map(({ stage, pipeline, uses, sizeBytes, runs }) => [stage, pipeline, uses, sizeBytes, runs.length]),
    ).toEqual([
      ["copy", "blocks", "run", 1000, 2],
      ["large", "blocks", "run", 1000, 2],
    ]);
    const { stdout } = await project.pipe(["cache", "ls", "--sort=stage"]);
    expect(stdout).toMatch(/^entry +stage +pipeline +kind +size +took +made +used +runs\n/);
    expect(stdout).toMatch(/\n[0-9a-f]{12} {2}copy +blocks +run +1\.00 kB .* (?:now|\d+ min) +(?:now|\d+ min) +2\n/);
    expect(stdout).toContain("2 entries, 2.00 kB\n");
  });

  it("knows orders by name only", async () => {
    await using project = await createProject();
    const { code, stderr } = await project.pipe(["cache", "ls", "--sort", "colour"]);
    expect([code, stderr]).toEqual([
      2,
      'error PIPE303 --sort cannot be "colour"\nExpected one of used, made, size, stage.\n',
    ]);
  });
});

describe("pipe cache verify", () => {
  it("is content with what nobody touched", async () => {
    await using project = await createProject();
    await runBlocks(project, 1);
    const { code, stdout } = await project.pipe(["cache", "verify"]);
    expect([code, stdout]).toEqual([0, "2 entries read, 2.00 kB: all whole\n"]);
  });

  it("finds a byte that changed, and the next run makes that result anew", async () => {
    await using project = await createProject();
    await runBlocks(project, 1);
    const file = join(project.folder, "runs/latest/stages/copy/outputs/files/copy");
    const { mtime, size } = await stat(file);
    await chmod(file, 0o644);
    await writeFile(file, (await readFile(file, "utf8")).replace("1", "2"));
    await utimes(file, mtime, mtime);
    expect((await stat(file)).size).toBe(size);
    const tried = await project.pipe(["cache", "verify", "--dry-run"]);
    expect(tried.code).toBe(1);
    const { code, stdout } = await project.pipe(["cache", "verify"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/damaged copy [0-9a-f]{12}\n {2}output "files" has another content than when it was made: /);
    expect(stdout).toContain("2 entries read, 2.00 kB: 1 damaged\n");
    expect(await runBlocks(project, 1)).toEqual({ large: "cached", copy: "executed" });
    expect((await project.pipe(["cache", "verify"])).code).toBe(0);
  });
});

describe("pipe cache gc", () => {
  it("removes what was not used for long, but not what the latest runs lead to", async () => {
    await using project = await createProject();
    await runBlocks(project, 1);
    await runBlocks(project, 2);
    const nothing = "nothing to remove; results and packed images 4.00 kB → 4.00 kB\n";
    const used = await project.pipe(["cache", "gc", "--older-than", "0s", "--keep-runs", "0"]);
    const stays = "stays although not used for so long: 4.00 kB";
    expect([used.code, used.stdout]).toEqual([0, `${nothing}${stays} used within the last minute\n`]);
    await age(project, 40);
    const kept = await project.pipe(["cache", "gc", "--older-than", "30d"]);
    expect([kept.code, kept.stdout]).toEqual([0, `${nothing}${stays} of the latest runs (--keep-runs)\n`]);
    const gc = ["cache", "gc", "--older-than", "30d", "--keep-runs", "1"];
    const tried = await project.pipe([...gc, "--dry-run"]);
    expect(tried.stdout).toContain("would remove 2.00 kB; results and packed images 4.00 kB → 2.00 kB\n");
    expect(await list(project)).toHaveLength(4);
    const { stdout } = await project.pipe(gc);
    expect(stdout).toMatch(/removed result (large|copy) [0-9a-f]{12} \(1\.00 kB, not used for so long\)\n/);
    expect(await list(project)).toHaveLength(2);
    expect(await runBlocks(project, 2)).toEqual({ large: "cached", copy: "cached" });
    expect(await project.list(".pipe/trash")).toEqual([]);
  });

  it("makes room by what was used least recently, and says what keeps it from making enough", async () => {
    await using project = await createProject();
    await runBlocks(project, 1);
    await age(project, 3);
    await runBlocks(project, 2);
    const { code, stdout } = await project.pipe(["cache", "gc", "--max-size", "3kB", "--keep-runs", "0"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^removed result large [0-9a-f]{12} \(1\.00 kB, to make room\)\nremoved 1\.00 kB; /);
    const tight = await project.pipe(["cache", "gc", "--max-size", "1kB", "--keep-runs", "1"]);
    expect(tight.code).toBe(1);
    expect(tight.stdout).toContain("still above 1.00 kB: 2.00 kB of the latest runs (--keep-runs)\n");
  });

  it("never removes what is pinned, until it is unpinned", async () => {
    await using project = await createProject();
    await runBlocks(project, 1);
    const pinned = await project.pipe(["cache", "pin", "large"]);
    expect(pinned.stdout).toMatch(/^pinned large [0-9a-f]{12}\n$/);
    await age(project, 40);
    const gc = ["cache", "gc", "--older-than", "30d", "--keep-runs", "0"];
    await project.pipe(gc);
    const rows = await list(project);
    expect(rows.map(({ stage, isPinned }) => [stage, isPinned])).toEqual([["large", true]]);
    expect((await project.pipe(["cache", "unpin", rows[0]?.entry.slice(0, 8) ?? ""])).code).toBe(0);
    await project.pipe(gc);
    expect(await list(project)).toEqual([]);
  });

  it("pins all results of a run, and says when there is nothing of a name", async () => {
    await using project = await createProject();
    await runBlocks(project, 1);
    const { stdout } = await project.pipe(["cache", "pin", "latest"]);
    expect(stdout).toMatch(
      /^pinned copy [0-9a-f]{12}\npinned large [0-9a-f]{12}\n$|^pinned large .*\npinned copy .*\n$/,
    );
    const unknown = await project.pipe(["cache", "pin", "smal"]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('PIPE306 there is no result "smal"')]);
  });

  it("keeps what a live run leads to, and takes it when the run has ended", async () => {
    await using project = await createProject({ "go/no": "" });
    const waiting = `${blocks(1)}  wait:
    run: echo waiting; while [ ! -e go/yes ]; do sleep 0.05; done
    inputs: { files: "\${{ stages.copy.outputs.files }}" }
`;
    await project.write({ "blocks.yaml": waiting });
    const run = project.start(["run", "blocks.yaml"]);
    await run.waitForLine("wait | waiting");
    await age(project, 40);
    const gc = ["cache", "gc", "--older-than", "30d", "--max-size", "1B", "--keep-runs", "0"];
    const { code, stdout } = await project.pipe(gc);
    expect([code, stdout]).toEqual([1, expect.stringContaining("still above 1 B: 2.00 kB in use by a run\n")]);
    await project.write({ "go/yes": "" });
    expect((await run.result).code).toBe(0);
    await age(project, 40);
    await project.pipe(gc);
    expect((await list(project)).map(({ stage }) => stage)).toEqual([]);
  });

  it("takes away what killed and damaged attempts left, and results that were made anew", async () => {
    await using project = await createProject();
    await runBlocks(project, 1);
    const first = (await project.list("runs")).filter((name) => name !== "latest");
    await project.pipe(["run", "blocks.yaml", "--force"]);
    const [entry = ""] = await project.list(".pipe/cache");
    await project.write({
      [`.pipe/cache/${entry}/outputs-00000000/part`]: "1234",
      ".pipe/cache/abcd/outputs-11111111/part": "12",
      ".pipe/trash/half/part": "1",
      [`.pipe/work/${entry}/kept/checkpoint`]: "123",
    });
    const { stdout } = await project.pipe(["cache", "gc"]);
    expect(stdout.match(/removed leftover/g)).toHaveLength(3);
    expect(stdout).toMatch(/^removed checkpoints .* \(3 B, the result is there\)$/m);
    expect(stdout).toContain("removed 10 B; results and packed images 2.00 kB → 2.00 kB\n");
    // The manifest, and two times outputs with their stamp.
    expect(await project.list(`.pipe/cache/${entry}`)).toHaveLength(5);
    expect(await project.list(".pipe/cache")).not.toContain("abcd");
    // The outputs of the first run are replaced; they go when the run's record does.
    await rm(join(project.folder, "runs", first[0] ?? ""), { recursive: true });
    await project.pipe(["cache", "gc"]);
    expect(await project.list(`.pipe/cache/${entry}`)).toHaveLength(3);
    expect(await runBlocks(project, 1)).toEqual({ large: "cached", copy: "cached" });
  });

  it("takes away files that killed processes were writing, and leaves those of living ones", async () => {
    await using project = await createProject();
    await runBlocks(project, 1);
    const [lock = ""] = await project.list(".pipe/locks");
    const [run = ""] = await project.list("runs");
    const { pid: dead } = spawnSync("true");
    const left = [
      `.pipe/locks/${lock}/claim-0123456789ab`,
      `.pipe/locks/${lock}/1.free`,
      `.pipe/index/abc.${dead}.tmp`,
      `.pipe/index/abc.${dead}.clock`,
      `runs/latest.${dead}.tmp`,
      `runs/${run}/.status.json.0123456789ab.tmp`,
      `runs/${run}/stages/large/outputs.${dead}.tmp`,
    ];
    const living = [`.pipe/index/def.${process.pid}.tmp`, `runs/${run}/notes.tmp`];
    await project.write(Object.fromEntries([...left, ...living].map((path) => [path, ""])));
    const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
    for (const path of [...left, ...living]) await utimes(join(project.folder, path), hoursAgo, hoursAgo);
    await project.pipe(["cache", "gc"]);
    const stays = (path: string): boolean => existsSync(join(project.folder, path));
    expect([left.filter(stays), living.filter(stays)]).toEqual([[], living]);
    expect(await runBlocks(project, 1)).toEqual({ large: "cached", copy: "cached" });
  });

  it("explains a size or a time that it cannot read", async () => {
    await using project = await createProject();
    const size = await project.pipe(["cache", "gc", "--max-size", "20 apples"]);
    expect([size.code, size.stderr]).toEqual([2, expect.stringContaining("Expected a size such as 20GB or 500MB;")]);
    const time = await project.pipe(["cache", "gc", "--older-than", "30"]);
    expect([time.code, time.stderr]).toEqual([
      2,
      expect.stringContaining("Expected a time such as 30d, 12h or 90min;"),
    ]);
  });
});

describe("a cache that projects share (PIPE_STORE)", () => {
  it("gives one project what another made, and keeps what either's latest runs lead to", async () => {
    await using shared = await createProject();
    await using first = await createProject({ "blocks.yaml": blocks(1) });
    await using second = await createProject({ "blocks.yaml": blocks(1) });
    const env = { PIPE_STORE: shared.folder };
    expect(outcomesOf(await first.events(["run", "blocks.yaml"], { env }))).toEqual({
      large: "executed",
      copy: "executed",
    });
    expect(outcomesOf(await second.events(["run", "blocks.yaml"], { env }))).toEqual({
      large: "cached",
      copy: "cached",
    });
    expect(await second.read("runs/latest/stages/large/outputs/bytes")).toBe("1".repeat(1000));
    const at = new Date(Date.now() - 40 * 86_400_000);
    for (const entry of await shared.list("cache"))
      await utimes(join(shared.folder, "cache", entry, "manifest.json"), at, at);
    await using third = await createProject();
    const { stdout } = await third.pipe(["cache", "gc", "--older-than", "1d"], { env });
    expect(stdout).toContain("nothing to remove");
    await third.pipe(["cache", "gc", "--older-than", "1d", "--keep-runs", "0"], { env });
    expect(await shared.list("cache")).toEqual([]);
  });
});
