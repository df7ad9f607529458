import { expect, test } from "vitest";
import { listUnset, selectEnvironment } from "../../src/runner/child/command-environment.ts";
import { createProject } from "../rig/project.ts";

const shell = {
  PATH: "/bin",
  HOME: "/home/me",
  SECRET: "s",
  AWS_KEY: "k",
  AWS_ID: "i",
  LANG: "de_DE",
  TZ: "Asia/Tokyo",
  MODE: "x",
};

test("a command gets what leads to programs and files, and what it asks for", () => {
  const common = { PATH: "/bin", HOME: "/home/me", LANG: "C.UTF-8", TZ: "UTC" };
  expect(selectEnvironment(shell, [])).toEqual(common);
  expect(selectEnvironment(shell, ["SECRET"])).toEqual({ ...common, SECRET: "s" });
  expect(selectEnvironment(shell, ["AWS_*"])).toEqual({ ...common, AWS_KEY: "k", AWS_ID: "i" });
  expect(selectEnvironment(shell, ["TZ"])).toEqual({ ...common, TZ: "Asia/Tokyo" });
  expect(listUnset(shell, ["SECRET", "OTHER", "GCP_*"])).toEqual(["OTHER"]);
});

const pipeline = (more: string) => `version: 1
name: environment
stages:
  show:
    run: echo "mode \${MODE-none}, token \${TOKEN-none}, tz $TZ" > \${{ outputs.seen }}
    outputs: { seen: { kind: file, path: seen.txt } }
    ${more}
`;

test("what is not declared does not reach a command; what is passed on changes no fingerprint", async () => {
  await using project = await createProject({ "p.yaml": pipeline("") });
  const run = async (env: Record<string, string>) => {
    const { code, stdout } = await project.pipe(["run", "p.yaml", "--no-mlflow"], { env });
    expect(code).toBe(0);
    return { seen: await project.read("runs/latest/stages/show/outputs/seen.txt"), stdout };
  };
  expect((await run({ MODE: "fast", TZ: "Asia/Tokyo" })).seen).toBe("mode none, token none, tz UTC\n");
  await project.write({ "p.yaml": pipeline("env: { MODE: slow }\n    pass_env: [TOKEN]") });
  const first = await run({ MODE: "fast", TOKEN: "hidden-1" });
  expect(first.seen).toBe("mode slow, token hidden-1, tz UTC\n");
  const second = await run({ TOKEN: "hidden-2" });
  expect(second.stdout).toContain("1 cached");
  const events = await project.read("runs/latest/events.ndjson");
  expect(events + (await project.read("runs/latest/resolved.json"))).not.toContain("hidden");
});
