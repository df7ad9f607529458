import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "../pipeline/check-text.ts";

// Plain JavaScript, since it also runs before anything is installed.
const builds: {
  publishBuild(fresh: string, dist: string): void;
  findBundle(dist: string): string | undefined;
  holdBundle(folder: string): void;
} = await import(`${root}scripts/publish-build.mjs`);

describe("publishBuild", () => {
  let folder: string;
  let dist: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pipe-builds-"));
    dist = join(folder, "dist");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const publish = async (content: string, modules: readonly string[] = ["cli"]): Promise<string> => {
    const fresh = join(folder, "fresh");
    for (const name of ["bundle", ...modules]) await mkdir(join(fresh, name), { recursive: true });
    for (const name of ["entry.js", "authoring.js"])
      await writeFile(join(fresh, "bundle", name), `export const content = "${content}";\n`);
    builds.publishBuild(fresh, dist);
    return builds.findBundle(dist) ?? "";
  };
  const listBundles = async (): Promise<string[]> =>
    (await readdir(dist)).filter((name) => name.startsWith("bundle-")).map((name) => join(dist, name));
  /** As if it had been built so long ago. */
  const age = (bundle: string, days: number): Promise<void> => {
    const then = new Date(Date.now() - days * 86_400_000);
    return utimes(bundle, then, then);
  };

  it("leads to the newest build, names it after its content, and takes away modules that are no more", async () => {
    const first = await publish("one", ["cli", "gone"]);
    const second = await publish("two");
    expect(second).not.toBe(first);
    expect(await readFile(join(dist, "bundle", "entry.js"), "utf8")).toContain(second.slice(dist.length + 1));
    expect((await import(join(dist, "bundle", "entry.js"))).content).toBe("two");
    expect(await publish("one")).toBe(first);
    expect((await readdir(dist)).sort()).toEqual(
      ["bundle", ...(await readdir(dist)).filter((name) => name.startsWith("bundle-")), "cli"].sort(),
    );
    expect(await listBundles()).toHaveLength(2);
  });

  it("keeps the last three that were, and those that a living process holds", async () => {
    const held = await publish("held");
    const program = `import(${JSON.stringify(`${root}scripts/publish-build.mjs`)}).then((builds) => {
      builds.holdBundle(${JSON.stringify(held)});
      console.log("held");
      process.stdin.on("data", () => {}).on("end", () => process.exit(0));
    })`;
    const holder = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    await age(held, 9);
    const forgotten = await publish("forgotten");
    await mkdir(join(forgotten, ".holds"));
    // Of a process that was killed: no process has such a number.
    await writeFile(join(forgotten, ".holds", `4194305@${(await import("node:os")).hostname()}`), "");
    await age(forgotten, 8);
    const later: string[] = [];
    for (const content of ["a", "b", "c", "d"]) {
      const bundle = await publish(content);
      await age(bundle, 7 - later.length);
      later.push(bundle);
    }
    expect((await listBundles()).sort()).toEqual([held, ...later].sort());
    holder.stdin.end();
    await new Promise((resolve) => holder.once("close", resolve));
    const newest = await publish("e");
    expect((await listBundles()).sort()).toEqual([...later.slice(1), newest].sort());
  });
});
