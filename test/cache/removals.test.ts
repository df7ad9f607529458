import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Fingerprint } from "../../src/base/ids.ts";
import { findRemoval, noteRemoval, tidyRemovals } from "../../src/cache/removals.ts";

it("forgets the older removals once there are many", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pipe-removals-"));
  try {
    const nameOf = (index: number) => index.toString(16).padStart(64, "0") as Fingerprint;
    for (let index = 0; index < 6_000; index++) noteRemoval(folder, nameOf(index), "gc");
    noteRemoval(folder, nameOf(5_999), "verify");
    await tidyRemovals(folder);
    expect((await stat(join(folder, "removals.ndjson"))).size).toBeLessThan(512 * 1024);
    expect(await findRemoval(folder, nameOf(0))).toBeUndefined();
    expect(await findRemoval(folder, nameOf(5_998))).toMatchObject({ by: "gc" });
    expect(await findRemoval(folder, nameOf(5_999))).toMatchObject({ by: "verify" });
  } finally {
    await rm(folder, { recursive: true });
  }
});
