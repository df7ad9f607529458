import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/cache/manifest.ts";
import { digestOf } from "../crash/whole-entries.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";

const pipeline = (images: string) => `version: 1
name: parts
stages:
  make:
    run: cd $PIPE_OUTPUT_D && echo a > labels.csv && mkdir -p train/deep && echo ${images} > train/deep/1 && echo x > train/2
    outputs: { d: { kind: files, path: d } }
  table: { run: "cat $PIPE_INPUT_X > $PIPE_OUTPUT_Y", inputs: { x: "\${{ stages.make.outputs.d }}/labels.csv" }, outputs: { y: { kind: file, path: y } } }
  images: { run: "cat $PIPE_INPUT_X/2 > $PIPE_OUTPUT_Y", inputs: { x: "\${{ stages.make.outputs.d }}/train" }, outputs: { y: { kind: file, path: y } } }
  deep: { run: "cat $PIPE_INPUT_X > $PIPE_OUTPUT_Y", inputs: { x: "\${{ stages.make.outputs.d }}/train/deep/1" }, outputs: { y: { kind: file, path: y } } }
  all: { run: "ls $PIPE_INPUT_X > $PIPE_OUTPUT_Y", inputs: { x: "\${{ stages.make.outputs.d }}" }, outputs: { y: { kind: file, path: y } } }
`;
const args = ["run", "parts.yaml", "--no-mlflow"];

describe("a stage that reads a part of what another made", { timeout: 60_000 }, () => {
  it("runs again only when that part has changed", async () => {
    await using project = await createProject({ "parts.yaml": pipeline("1") });
    await project.pipe(args);
    await project.write({ "parts.yaml": pipeline("2") });
    const executed = "executed";
    expect(outcomesOf(await project.events(args))).toEqual({
      ...{ make: executed, images: executed, deep: executed, all: executed },
      table: "cached",
    });
    expect(await project.read("runs/latest/stages/deep/outputs/y")).toBe("2\n");
  });

  it("knows it by the digest that the part has by itself", async () => {
    await using project = await createProject({ "parts.yaml": pipeline("1") });
    await project.pipe(args);
    const entries = await project.list(".pipe/cache");
    const manifests = await Promise.all(entries.map((entry) => project.read(`.pipe/cache/${entry}/manifest.json`)));
    const made = manifests.map((text) => JSON.parse(text) as Manifest).find(({ madeFor }) => madeFor === "make");
    const folder = join(project.folder, "runs/latest/stages/make/outputs/d");
    expect(made?.outputs["d"]?.parts).toEqual({
      "labels.csv": await digestOf(join(folder, "labels.csv")),
      train: await digestOf(join(folder, "train")),
    });
  });
});
