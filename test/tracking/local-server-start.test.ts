import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAlive } from "../rig/is-alive.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

/** Takes an MLflow's place on the PATH: what is asked here is what becomes of a server that never answers, or ends. */
const standIn = (server: string): string => `#!/bin/sh
case "$*" in
  *--version*) echo "mlflow, version 3.99.0" ;;
  *) ${server} ;;
esac
`;
/** With a process of its own, as MLflow has several. */
const silent = standIn("sleep 3600 & echo $! $$ >> pids; wait");

const record = ".data/pipe/mlflow/server.json";

async function createHome(program: string): Promise<{ project: ProjectRig; env: Record<string, string | undefined> }> {
  const project = await createProject({ "bin/mlflow": program });
  await chmod(join(project.folder, "bin/mlflow"), 0o755);
  return { project, env: { PATH: `${join(project.folder, "bin")}:${process.env["PATH"]}` } };
}

/** Of all processes that stand-ins have started, those that are there still. */
async function listLeft(project: ProjectRig): Promise<string[]> {
  const pids = (await project.read(".data/pipe/mlflow/pids")).trim().split(/\s+/);
  const alive = await Promise.all(pids.map((pid) => isAlive(Number(pid))));
  return pids.filter((_, index) => alive[index]);
}

const recorded = (project: ProjectRig) => project.read(record).catch(() => "none");

describe("pipe mlflow up", () => {
  it.each(["x", "0", "65536", "-1", "80.5", "5000 ", "1e3"])("rejects the port %j", async (port) => {
    await using project = await createProject();
    const { code, stderr } = await project.pipe(["mlflow", "up", `--port=${port}`]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error PIPE303 --port cannot be "${port}"\nExpected a number from 1 to 65535.\n`,
    });
  });

  it("rejects a port that another program has, and starts nothing", async () => {
    const { project, env } = await createHome(silent);
    await using _ = project;
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const { code, stderr } = await project.pipe(["mlflow", "up", "--port", String(port)], { env });
    other.close();
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error PIPE303 --port cannot be "${port}"\nExpected a port of 127.0.0.1 that is free (another program listens on it); without --port any is taken.\n`,
    });
    expect(await recorded(project)).toBe("none");
  });

  it("leaves nothing behind when Ctrl-C comes while the server starts", async () => {
    const { project, env } = await createHome(silent);
    await using _ = project;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const up = project.start(["mlflow", "up"], { env });
      await expect.poll(() => recorded(project)).toContain('"isStarting":true');
      await expect.poll(async () => (await listLeft(project).catch(() => [])).length).toBe(2);
      // A server that does not answer is none for anybody else.
      expect(await project.pipe(["mlflow", "open"], { env })).toMatchObject({ code: 1, stdout: "" });
      up.kill(signal);
      expect(await up.result).toMatchObject({ code: 130, stdout: "" });
      expect(await recorded(project)).toBe("none");
      await expect.poll(() => listLeft(project)).toEqual([]);
    }
  });

  it("ends what is left of one that was killed, by the next up, or down", async () => {
    const { project, env } = await createHome(silent);
    await using _ = project;
    for (const next of ["up", "down"]) {
      const up = project.start(["mlflow", "up"], { env });
      await expect.poll(() => recorded(project)).toContain('"isStarting":true');
      await expect.poll(async () => (await listLeft(project).catch(() => [])).length).toBe(2);
      up.kill("SIGKILL");
      await up.result;
      if (next === "up") await project.write({ "bin/mlflow": standIn("echo no database >&2; exit 3") });
      const { code, stdout, stderr } = await project.pipe(["mlflow", next], { env });
      if (next === "up") {
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
        expect(stderr).toContain("failed: The MLflow server ended at once (exit code 3).\nno database\n");
        await project.write({ "bin/mlflow": silent });
      } else {
        expect({ code, stdout }).toEqual({ code: 0, stdout: "MLflow is stopped; its runs are kept.\n" });
      }
      expect(await recorded(project)).toBe("none");
      await expect.poll(() => listLeft(project)).toEqual([]);
    }
  });

  it.each(["", "null", "{}", "another text", '{"url":"http://127.0.0.1:1","process":{"pid":-1},"logFile":"x"}'])(
    "open and down too take a damaged record for none, and say so: %j",
    async (content) => {
      const { project, env } = await createHome(standIn("exit 3"));
      await using _ = project;
      const warning = `warning: ${join(project.folder, record)} is damaged, and counts for nothing; `;
      for (const [action, code, last] of [
        ["open", 1, "MLflow: no server is known."],
        ["sync", 1, "MLflow: no server is known."],
        ["down", 0, "pipe mlflow up writes it anew."],
        ["up", 1, "failed: The MLflow server ended at once"],
      ] as const) {
        await project.write({ [record]: content });
        const { stderr, ...rest } = await project.pipe(["mlflow", action], { env });
        expect(rest).toMatchObject({ code });
        expect(stderr.startsWith(warning)).toBe(true);
        expect(stderr).toContain(last);
      }
      await project.write({ [record]: content, "p.yaml": "version: 1\nname: p\nstages:\n  a: { run: echo a }\n" });
      const { code, stdout } = await project.pipe(["run", "p.yaml"], { env });
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("MLflow: no server is known."),
      });
    },
  );
});
