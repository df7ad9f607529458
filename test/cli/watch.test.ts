import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProject } from "../rig/project.ts";

const pipelineOf = (word: string): string => `version: 1
name: watched
stages:
  copy:
    run: echo "${word} $(cat "$PIPE_INPUT_DATA/a")"; until [ ! -e hold ]; do sleep 0.02; done
    inputs: { data: data }
  apart: { run: "echo apart" }
`;

describe("pipe watch", () => {
  it("runs again what an edit of an input or of the document changes, until Ctrl-C", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf("first"), "data/a": "one\n" });
    const watch = project.start(["watch", "p.yaml", "--no-mlflow"]);
    await watch.waitForLine("copy | first one");
    await watch.waitForLine("watching; Ctrl-C ends");
    await project.write({ "data/a": "two\n" });
    await watch.waitForLine("changed: data/a");
    await watch.waitForLine("copy runs: inputs.data changed");
    await watch.waitForLine("copy | first two");
    await project.write({ "p.yaml": pipelineOf("second") });
    await watch.waitForLine("changed: p.yaml");
    await watch.waitForLine("copy | second two");
    watch.kill("SIGINT");
    const { code, stdout } = await watch.result;
    expect(code).toBe(130);
    expect(stdout.match(/apart: done/g)).toHaveLength(1);
  });

  it("takes up a change during a run when that has ended", async () => {
    await using project = await createProject({ "p.yaml": pipelineOf("first"), "data/a": "one\n", hold: "" });
    const watch = project.start(["watch", "p.yaml", "--no-mlflow"]);
    await watch.waitForLine("copy | first one");
    await project.write({ "p.yaml": pipelineOf("second") });
    await rm(join(project.folder, "hold"));
    await watch.waitForLine("copy | second one");
    watch.kill("SIGINT");
    expect((await watch.result).stdout).toContain("copy: done");
  });

  it("waits for a document with mistakes to be put right", async () => {
    await using project = await createProject({
      "p.yaml": "version: 1\nname: watched\nstages: {}\n",
      "data/a": "one\n",
    });
    const watch = project.start(["watch", "p.yaml", "--no-mlflow"]);
    await watch.waitForLine("error PIPE");
    await watch.waitForLine("watching; Ctrl-C ends");
    await project.write({ "p.yaml": pipelineOf("first") });
    await watch.waitForLine("copy | first one");
    watch.kill("SIGINT");
    expect((await watch.result).code).toBe(130);
  });

  it("runs again when an own kind's code changes, or a base that was missing is there", async () => {
    const kind = (word: string): string =>
      `import { word } from "./word.ts";\nexport default { async run(stage: { log(level: string, text: string): void }) { stage.log("info", \`\${word} ${word}\`); } };\n`;
    await using project = await createProject({
      "p.yaml": "extends: base.yaml\nstages:\n  speak: { uses: ./kinds/speak.ts }\n",
      "kinds/speak.ts": kind("one"),
      "kinds/word.ts": 'export const word = "says";\n',
      "kinds/speak.schema.json": JSON.stringify({ type: "object", properties: {}, "x-outputs": {} }),
    });
    const watch = project.start(["watch", "p.yaml", "--no-mlflow"]);
    await watch.waitForLine("error PIPE");
    await watch.waitForLine("watching; Ctrl-C ends");
    await project.write({ "base.yaml": "version: 1\nname: own\n" });
    await watch.waitForLine("says one");
    await watch.waitForLine("watching; Ctrl-C ends");
    await project.write({ "kinds/word.ts": 'export const word = "cries";\n' });
    await watch.waitForLine("changed: kinds/word.ts");
    await watch.waitForLine("cries one");
    watch.kill("SIGINT");
    expect((await watch.result).code).toBe(130);
  });
});
