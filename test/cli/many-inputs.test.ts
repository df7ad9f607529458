import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/base/event.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";

const pipeline = `version: 1
name: reading
stages:
  count: { run: "ls $PIPE_INPUT_DATA | wc -l > $PIPE_OUTPUT_N", inputs: { data: data }, outputs: { n: { kind: file, path: n } } }
`;
const args = ["run", "reading.yaml", "--no-mlflow"];
const numFiles = 1_500;

function waitsOf(events: readonly RunEvent[]) {
  return events.flatMap((event) => (event.type === "stage-waiting" ? [event.reason] : []));
}

async function createFull() {
  const project = await createProject({ "reading.yaml": pipeline });
  const files = Array.from({ length: numFiles }, (_, index) => [`data/${index}.txt`, `${index}\n`] as const);
  await project.write(Object.fromEntries(files));
  return project;
}

describe("a folder of many files", { timeout: 120_000 }, () => {
  it("is read the first time, which the stage says that it waits for", async () => {
    await using project = await createFull();
    const events = await project.events(args);
    expect(outcomesOf(events)).toEqual({ count: "executed" });
    expect(waitsOf(events)).toContainEqual({ type: "inputs", path: "data", numFiles });
    expect(await project.read("runs/latest/stages/count/outputs/n")).toContain(String(numFiles));
  });

  it("can be given up at once", async () => {
    await using project = await createFull();
    // Empty space of half a terabyte: to read it takes minutes.
    for (let index = 0; index < 8; index += 1) await truncate(join(project.folder, `data/${index}.txt`), 2 ** 36);
    const live = project.start(args);
    await live.waitForLine("count waits: until 1,500 files of data are read");
    live.kill("SIGINT");
    const { code } = await live.result;
    expect(code).toBe(130);
    expect(await project.list(".pipe/cache")).toEqual([]);
  });
});
