import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProject, type ProjectRig } from "../rig/project.ts";

const numBytes = 80_000_000;

/** A heap in which the line fits neither once nor twice; the runner and the stage's process have it each. */
const smallHeap = { NODE_OPTIONS: "--max-old-space-size=48" };

const document = (command: string): string => `
version: 1
name: long
stages:
  say:
    run: |
      ${command}
      echo '{"metric": "loss", "value": 0.5}'
      echo ok > "$PIPE_OUTPUT_X"
    outputs: { x: { kind: file, path: x.txt } }
`;

async function readEvents(project: ProjectRig): Promise<string> {
  const [run = ""] = await project.list("runs");
  return project.read(join("runs", run, "events.ndjson"));
}

async function logFile(project: ProjectRig): Promise<string> {
  const [run = ""] = await project.list("runs");
  return join(project.folder, "runs", run, "stages", "say", "log.txt");
}

describe("a line that a command prints", () => {
  it("may have no end: the log has all of it, what is held and shown is its beginning", {
    timeout: 60_000,
  }, async () => {
    const command = `head -c ${numBytes} /dev/zero | tr '\\0' x; echo; echo after`;
    await using project = await createProject({ "p.yaml": document(command) });
    const { code, stdout, stderr } = await project.pipe(["run", "p.yaml", "--no-mlflow"], { env: smallHeap });
    expect(code, stdout.slice(-2_000) + stderr.slice(-2_000)).toBe(0);
    const { size } = await stat(await logFile(project));
    const afterwards = '\nafter\n{"metric": "loss", "value": 0.5}\n';
    expect(size).toBe(numBytes + afterwards.length);
    const events = await readEvents(project);
    const shown = JSON.stringify(`${"x".repeat(16_384)}… (cut after 16384 characters; the stage's log has all of it)`);
    expect(events.includes(`"text":${shown}`)).toBe(true);
    expect(events.includes('"text":"after"')).toBe(true);
    expect(events.includes('"name":"loss","value":0.5')).toBe(true);
    expect(events.length).toBeLessThan(100_000);
  });

  it("keeps a secret hidden that lies where the line is divided", { timeout: 60_000 }, async () => {
    const token = "planted-secret-token-of-the-service";
    // A period that has no factor with the length of parts: the secret comes to lie on each of their edges sooner or later.
    const command = `i=0; while [ $i -lt 20011 ]; do printf 'xyz%s' "$SERVICE_TOKEN"; i=$((i + 1)); done; echo`;
    const text = document(command).replace("    outputs:", "    pass_env: [SERVICE_TOKEN]\n    outputs:");
    await using project = await createProject({ "p.yaml": text });
    const { code } = await project.pipe(["run", "p.yaml", "--no-mlflow"], { env: { SERVICE_TOKEN: token } });
    expect(code).toBe(0);
    const log = await project.read((await logFile(project)).slice(project.folder.length + 1));
    // As a truth: the difference of such lines would be a page long.
    expect(log.startsWith(`${"xyz[redacted]".repeat(20_011)}\n`)).toBe(true);
    expect((await readEvents(project)).includes(token.slice(0, 12))).toBe(false);
  });
});
