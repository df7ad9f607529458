import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import { withFolderLock } from "../util/folder-lock.ts";
import { runCommand } from "../util/run-command.ts";
import { userCacheFolder } from "../util/user-cache-folder.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** How MLflow is called on this machine. */
export interface MlflowCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly version: string;
}

export interface EnsureOptions {
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Says what takes time. */
  readonly report: (activity: string) => void;
}

/** Older ones write no runs that the newest client's rules expect. */
const oldestMajor = 3;

/**
 * MLflow 3 or newer: the one on the PATH, one made earlier in a private environment of the user's cache, `uvx mlflow`, or
 * else a private environment made now with Python's venv and pip.
 */
export async function ensureMlflow(options: EnsureOptions): Promise<MlflowCommand> {
  const { environment } = options;
  const home = join(userCacheFolder(environment), "mlflow");
  // Called as a module: the scripts of an environment know the place where it was made, and this one is moved.
  const privateMlflow: [string, ...string[]] = [join(home, "bin", "python"), "-m", "mlflow"];
  const candidates: [string, ...string[]][] = [["mlflow"], privateMlflow, ["uvx", "mlflow"]];
  for (const [program, ...args] of candidates) {
    const version = await askVersion(program, args, options);
    if (version !== undefined) return { program, args, version };
  }
  await withFolderLock(`${home}.lock`, { signal: options.signal }, () => makeEnvironment(home, options));
  const [program, ...args] = privateMlflow;
  const version = await askVersion(program, args, options);
  return {
    program,
    args,
    version:
      version ??
      fail("environment", `MLflow was installed in ${home} and does not start.`, "Delete the folder, then try again."),
  };
}

/** The version, if the program is there and new enough. */
async function askVersion(
  program: string,
  args: readonly string[],
  { environment, signal }: EnsureOptions,
): Promise<string | undefined> {
  if (program.includes("/") && !existsSync(program)) return undefined;
  const { code, stdout } = await runCommand(program, [...args, "--version"], { environment, signal });
  const version = /(\d+)\.\d+\.\d+\S*/.exec(stdout);
  return code === 0 && Number(version?.[1]) >= oldestMajor ? version?.[0] : undefined;
}

async function makeEnvironment(home: string, { environment, signal, report }: EnsureOptions): Promise<void> {
  if (existsSync(home)) return;
  const partial = `${home}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(home, ".."), { recursive: true });
  report("installing MLflow in a private Python environment (once, a minute or two)");
  const steps: [string, string[], string][] = [
    [
      "python3",
      ["-m", "venv", partial],
      "Install Python 3.10 or newer with venv (Debian, Ubuntu: apt-get install python3-venv), or uv.",
    ],
    [
      join(partial, "bin", "python"),
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `mlflow>=${oldestMajor}`],
      "Check that pip reaches its index, or name a server with MLFLOW_TRACKING_URI.",
    ],
  ];
  for (const [program, args, hint] of steps) {
    const { code, stderr } = await runCommand(program, args, { environment, signal });
    if (code !== 0)
      fail("environment", `MLflow could not be installed.\n${stderr.trim().split("\n").slice(-3).join("\n")}`, hint);
  }
  await rename(partial, home);
}
