import { expect, it } from "vitest";
import { createProject } from "../rig/project.ts";

it("gives each address of a host the time that a slow line needs", async () => {
  await using project = await createProject();
  const look = new URL("./connect-time.mjs", import.meta.url).href;
  const { stderr } = await project.pipe(["--version"], { env: { NODE_OPTIONS: `--import=${look}` } });
  // A connection by satellite takes 0.6 s, and one whose first packet is lost a second more.
  expect(Number(stderr)).toBeGreaterThanOrEqual(2_000);
});
