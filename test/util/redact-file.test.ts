import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { redactFile } from "../../src/util/redact-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-redact-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("hides a secret wherever in the file it stands, also across the pieces in which it is read", async () => {
  const path = join(folder, "log.txt");
  const secret = "a-secret of é\nand two lines";
  // Files are read 65,536 bytes at a time.
  const before = Array.from({ length: 40 }, (_, index) => `${"x".repeat(65_510 + index)} `);
  await writeFile(path, before.map((text) => `${text}${secret} `).join(""));
  await redactFile(path, [secret]);
  expect(await readFile(path, "utf8")).toBe(before.map((text) => `${text}[redacted] `).join(""));
});

it("leaves a file alone that holds none, and does without one", async () => {
  const path = join(folder, "clean.txt");
  await writeFile(path, Buffer.from([0xff, 0x0a]));
  const { ino } = await stat(path);
  await redactFile(path, ["a-secret"]);
  expect((await stat(path)).ino).toBe(ino);
  await redactFile(join(folder, "none.txt"), ["a-secret"]);
});
