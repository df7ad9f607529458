import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";

const pipeline = (word: string) => `version: 1
name: branching
stages:
  read: { run: "cat $PIPE_INPUT_X > $PIPE_OUTPUT_X", inputs: { x: x.txt }, outputs: { x: { kind: file, path: x } } }
  say: { run: "echo ${word} > $PIPE_OUTPUT_X", outputs: { x: { kind: file, path: x } } }
`;
const args = ["run", "branching.yaml", "--no-mlflow"];

it("results of one git branch serve every other", { timeout: 120_000 }, async () => {
  await using project = await createProject({
    "branching.yaml": pipeline("main"),
    "x.txt": "main\n",
    ".gitignore": ".pipe/\nruns/\n",
  });
  const git = (...words: string[]) => {
    const settings = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "init.defaultBranch=main"];
    const { status, stderr } = spawnSync("git", [...settings, ...words], { cwd: project.folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${words.join(" ")}: ${stderr}`);
  };
  const run = async () => outcomesOf(await project.events(args));
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "-m", "First");
  expect(await run()).toEqual({ read: "executed", say: "executed" });

  git("checkout", "--quiet", "-b", "other");
  await project.write({ "branching.yaml": pipeline("other"), "x.txt": "other\n" });
  expect(await run()).toEqual({ read: "executed", say: "executed" });
  git("commit", "--quiet", "-a", "-m", "Second");

  git("checkout", "--quiet", "main");
  expect(await run()).toEqual({ read: "cached", say: "cached" });
  expect(await project.read("runs/latest/stages/read/outputs/x")).toBe("main\n");
  git("checkout", "--quiet", "other");
  expect(await run()).toEqual({ read: "cached", say: "cached" });
  expect(await project.read("runs/latest/stages/say/outputs/x")).toBe("other\n");
});
