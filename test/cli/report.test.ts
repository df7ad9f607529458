import { describe, expect, it } from "vitest";
import { createProject } from "../rig/project.ts";

const pipeline = `version: 1
name: cells
params: { seed: 5 }
stages:
  measure:
    run: 'echo "{\\"metric\\": \\"val/f1\\", \\"value\\": 0.25}"; echo \${{ params.seed }} > "$PIPE_OUTPUT_SEED"'
    outputs: { seed: { kind: file, path: seed.txt } }
  follow:
    run: 'test ! -e broken || { echo "no <b>luck</b>"; exit 3; }'
    needs: [measure]
`;

describe("the page of a run", () => {
  it("is written when the run ends, and says the same when it is written anew", async () => {
    await using project = await createProject({ "p.yaml": pipeline });
    const events = await project.events(["run", "p.yaml", "--set", "params.seed=7"]);
    expect(events.at(-1)).toMatchObject({ type: "run-finished", report: "report.html" });
    const page = await project.read("runs/latest/report.html");
    expect(page).toContain('<span class="status done">done</span>');
    expect(page).toContain("pipe run p.yaml --set params.seed=7");
    expect(page).toContain("<strong>0.25</strong> val/f1");
    const again = await project.pipe(["report"]);
    const run = events[0]?.type === "run-started" ? events[0].run : "";
    expect(again).toMatchObject({ code: 0, stdout: `runs/${run}/report.html\n` });
    expect(await project.read("runs/latest/report.html")).toBe(page);
  });

  it("tells of a stage from the cache, with what was measured when it was made", async () => {
    await using project = await createProject({ "p.yaml": pipeline });
    await project.pipe(["run", "p.yaml"]);
    const { stdout } = await project.pipe(["run", "p.yaml"]);
    const [, path = ""] = /^ {2}report +(\S+)$/m.exec(stdout) ?? [];
    expect(path).toMatch(/^runs\/\d{8}-\d{6}-cells-\w+\/report\.html$/);
    const page = await project.read(path);
    expect(page).toContain('<span class="mark cached">↺</span> cached, saves');
    expect(page).toContain("<strong>0.25</strong> val/f1");
  });

  it("is there for a run that failed, with the end of the log", async () => {
    await using project = await createProject({ "p.yaml": pipeline, broken: "" });
    expect((await project.pipe(["run", "p.yaml"])).code).toBe(1);
    const page = await project.read("runs/latest/report.html");
    expect(page).toContain('<span class="status failed">failed</span>');
    expect(page).toContain("<pre>no &lt;b&gt;luck&lt;/b&gt;</pre>");
  });

  it("is there for a run that was interrupted, and can be written for one that was killed", async () => {
    await using project = await createProject({
      "p.yaml": "version: 1\nname: cells\nstages:\n  wait: { run: echo waiting; sleep 60 }\n",
    });
    const interrupted = project.start(["run", "p.yaml"]);
    await interrupted.waitForLine("waiting");
    interrupted.kill("SIGINT");
    expect((await interrupted.result).code).toBe(130);
    expect(await project.read("runs/latest/report.html")).toContain('<span class="status interrupted">');
    const killed = project.start(["run", "p.yaml"]);
    await killed.waitForLine("wait | waiting");
    killed.kill("SIGKILL");
    await killed.result;
    expect((await project.pipe(["report", "latest"])).code).toBe(0);
    expect(await project.read("runs/latest/report.html")).toContain(
      '<span class="status broken-off">broken off</span>',
    );
  });

  it("holds no secret of the environment", async () => {
    await using project = await createProject({ "p.yaml": pipeline });
    const env = {
      KAGGLE_KEY: "planted-key",
      MLFLOW_TRACKING_PASSWORD: "planted-password",
      KAGGLE_USERNAME: "planted-name",
    };
    await project.pipe(["run", "p.yaml"], { env });
    expect(await project.read("runs/latest/report.html")).not.toContain("planted");
  });

  it("hides what a stage had written past its own output when all was killed", async () => {
    const own = `import { writeSync } from "node:fs";
export default { async run() {
  writeSync(1, \`writes \${process.env.DEPLOY_TOKEN}\\n\`);
  console.log("has written");
  process.kill(process.ppid, "SIGKILL");
  process.kill(process.pid, "SIGKILL");
} };
`;
    await using project = await createProject({
      "p.yaml": "version: 1\nname: cells\nstages: { own: { uses: ./own.ts } }\n",
      "own.ts": own,
      "own.schema.json": '{ "type": "object", "additionalProperties": false, "properties": {}, "x-outputs": {} }',
    });
    const env = { DEPLOY_TOKEN: "planted-token" };
    expect((await project.pipe(["run", "p.yaml"], { env })).signal).toBe("SIGKILL");
    const log = "runs/latest/stages/own/log.txt";
    expect(await project.read(log)).toContain("writes planted-token");
    expect((await project.pipe(["report"], { env })).code).toBe(0);
    expect(await project.read(log)).toBe("writes [redacted]\nhas written\n");
    expect(await project.read("runs/latest/report.html")).toContain("writes [redacted]");
  });

  it("does not cost the run its success when it cannot be written", async () => {
    const inTheWay = "{ run: 'mkdir \"$PROJECT/runs/latest/report.html\"', pass_env: [PROJECT] }";
    await using project = await createProject({
      "p.yaml": `version: 1\nname: cells\nstages:\n  block: ${inTheWay}\n`,
    });
    const { code, stdout } = await project.pipe(["run", "p.yaml"], { env: { PROJECT: project.folder } });
    expect(code).toBe(0);
    expect(stdout).toContain("the run's page could not be written");
    expect(stdout).not.toContain("report.html\n");
  });

  it("is not written for what is no run", async () => {
    await using project = await createProject({ "p.yaml": pipeline });
    const { code, stderr } = await project.pipe(["report", "nothing"]);
    expect(code).toBe(2);
    expect(stderr).toContain("PIPE306");
  });
});
