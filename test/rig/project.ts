import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { RunEvent } from "../../src/base/event.ts";

/** The command line as users start it, without the look at whether the build is up to date. */
export const entry = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "dist", "bundle", "entry.js");

export interface CommandResult {
  readonly code: number | null;
  /** The signal that ended it, if one did. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Added to the environment; `undefined` takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The build to start, if not this checkout's. */
  readonly entry?: string;
}

/** A temporary project of a user's, in which the real `pipe` runs. Removes itself, and ends what it started, at the end of its scope. */
export interface ProjectRig extends AsyncDisposable {
  readonly folder: string;
  /** Writes files by path. */
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  read(path: string): Promise<string>;
  /** Names in a folder, sorted; none when there is no such folder. */
  list(path: string): Promise<string[]>;
  /** Runs `pipe` to its end. */
  pipe(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Runs `pipe … --json` and parses what it printed. */
  events(args: readonly string[], options?: CommandOptions): Promise<RunEvent[]>;
  /** Starts `pipe`. */
  start(args: readonly string[], options?: CommandOptions): LivePipe;
}

/** A `pipe` that is running. */
export interface LivePipe {
  readonly process: ChildProcess;
  /** Resolves with the first line of either output that contains the text, also one that has come already. Rejects when the process ends without. */
  waitForLine(text: string): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly result: Promise<CommandResult>;
}

export async function createProject(files: Readonly<Record<string, string>> = {}): Promise<ProjectRig> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "pipe-test-")));
  const running = new Set<ChildProcess>();
  const rig: ProjectRig = {
    folder,
    async write(more) {
      for (const [path, content] of Object.entries(more)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
    },
    read: (path) => readFile(join(folder, path), "utf8"),
    list: async (path) => (await readdir(join(folder, path)).catch(() => [])).sort(),
    start: (args, options = {}) => startPipe(folder, args, options, running),
    pipe: (args, options) => rig.start(args, options).result,
    async events(args, options) {
      const { stdout } = await rig.pipe([...args, "--json"], options);
      // One event a line; a line that is none makes the test fail here.
      return stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as RunEvent);
    },
    async [Symbol.asyncDispose]() {
      for (const child of running) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await rig.write(files);
  return rig;
}

const quiet = { NO_COLOR: "1", FORCE_COLOR: undefined };

/** What whoever runs the tests has set for runs of their own: servers, accounts, limits. Their MLflow server is left alone too. */
const settings = /^(MLFLOW|KAGGLE|AWS|HF)_|^PIPE_(RESOURCES|STORE|REMOTE_CACHE)$/;

function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !settings.test(name)));
}

/** In which a user's command runs whose project is this folder. */
export function projectEnvironment(folder: string): NodeJS.ProcessEnv {
  return { ...withoutSettings(process.env), XDG_DATA_HOME: join(folder, ".data") };
}

function startPipe(
  folder: string,
  args: readonly string[],
  options: CommandOptions,
  running: Set<ChildProcess>,
): LivePipe {
  const child = spawn(process.execPath, [options.entry ?? entry, ...args], {
    cwd: folder,
    env: { ...projectEnvironment(folder), ...quiet, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const output = { stdout: "", stderr: "" };
  const seen: string[] = [];
  const waiting = new Set<(line: string | undefined) => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
    createInterface({ input: child[name] }).on("line", (line) => {
      seen.push(line);
      for (const take of [...waiting]) take(line);
    });
  }
  const result = new Promise<CommandResult>((resolve) => {
    child.once("close", (code, signal) => {
      running.delete(child);
      for (const take of [...waiting]) take(undefined);
      resolve({ code, signal, ...output });
    });
  });
  return {
    process: child,
    result,
    kill: (signal) => child.kill(signal),
    waitForLine(text) {
      const found = seen.find((line) => line.includes(text));
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve, reject) => {
        const take = (line: string | undefined): void => {
          if (line !== undefined && !line.includes(text)) return;
          waiting.delete(take);
          if (line !== undefined) resolve(line);
          else reject(new Error(`pipe ended without a line with "${text}":\n${output.stdout}${output.stderr}`));
        };
        waiting.add(take);
      });
    },
  };
}
