import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestUserPath } from "../../src/cache/user-path.ts";

let root: string;
let options: { indexFolder: string };
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "pipe-digest-"));
  options = { indexFolder: join(root, "index") };
});
afterEach(() => rm(root, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

const digest = async (path: string): Promise<string> => (await digestUserPath(join(root, path), options)).digest;
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("the digest of a path of the user's", () => {
  it("is the SHA-256 of a file", async () => {
    await write({ "a.txt": "hello" });
    expect(await digestUserPath(join(root, "a.txt"), options)).toMatchObject({
      shape: "file",
      digest: sha256("hello"),
      numFiles: 1,
      sizeBytes: 5,
    });
  });

  it("is the SHA-256 of a folder's listing, in code-unit order", async () => {
    await write({ "data/b": "2", "data/a/z": "1", "data/B": "3" });
    const listing = `pipe-tree 1\n${sha256("3")} B\0${sha256("1")} a/z\0${sha256("2")} b\0`;
    expect(await digest("data")).toBe(sha256(listing));
  });

  it("is that of the content and not of the place, nor of the times", async () => {
    await write({ "one/x": "1", "two/x": "1" });
    await utimes(join(root, "two/x"), 1, 1);
    expect(await digest("one")).toBe(await digest("two"));
  });

  it("follows links, and ends where they run in a circle", async () => {
    await write({ "data/real/x": "1", "plain/link/x": "1", "plain/real/x": "1" });
    await symlink("real", join(root, "data/link"));
    expect(await digest("data")).toBe(await digest("plain"));
    await symlink("..", join(root, "data/real/up"));
    expect(await digest("data")).toBe(await digest("plain"));
  });

  it("does not change with what is machine-local, or excluded", async () => {
    await write({ "data/x": "1" });
    const before = await digest("data");
    await write({ "data/.local/source.json": "{}", "data/runs/y": "2" });
    const after = await digestUserPath(join(root, "data"), { ...options, excluded: [join(root, "data/runs")] });
    expect(after.digest).toBe(before);
  });

  it("notices an edit of the same size and the same time of change", async () => {
    await write({ "data/x": "old" });
    const time = new Date("2020-01-01");
    await utimes(join(root, "data/x"), time, time);
    const before = await digest("data");
    await write({ "data/x": "new" });
    await utimes(join(root, "data/x"), time, time);
    expect(await digest("data")).not.toBe(before);
  });

  it("says which file cannot be read", async () => {
    await expect(digest("nowhere")).rejects.toThrow(/nowhere cannot be read/);
  });
});
