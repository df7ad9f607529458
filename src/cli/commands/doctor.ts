import { availableParallelism, totalmem } from "node:os";
import { readFreeBytes } from "../../base/disk-space.ts";
import { type Check, renderChecks } from "../../report/checks.ts";
import { createPalette } from "../../report/palette.ts";
import { findCredentials } from "../../services/kaggle/credentials.ts";
import { describeTensorflow } from "../../services/tensorflow-library.ts";
import { createMlflowClient } from "../../tracking/mlflow-client.ts";
import { runCommand } from "../../util/run-command.ts";
import { userCacheFolder } from "../../util/user-cache-folder.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { findTrackingServer } from "../tracking.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Looks at everything that pipe needs of the machine, and says what to do about what is missing. */
export async function doctor({ io, folder, isColored }: Invocation): Promise<ExitCode> {
  const { environment } = io;
  const checks = await Promise.all([
    checkNode(),
    checkTensorflow(environment),
    checkTool(environment, {
      name: "Python with pip",
      command: ["python3", "-m", "pip", "--version"],
      purpose: "fetches TensorFlow, once",
    }),
    checkTool(environment, {
      name: "C++ compiler",
      command: [environment["CXX"] || "c++", "--version"],
      purpose: "compiles TensorFlow's addon, once",
    }),
    checkGpu(environment),
    checkMachine(folder),
    checkFonts(),
    checkKaggle(environment),
    checkMlflow(environment),
  ]);
  io.stdout.write(renderChecks(checks, createPalette({ isColored })));
  return checks.some(({ state }) => state === "wrong") ? 1 : 0;
}

async function checkNode(): Promise<Check> {
  return { name: "Node", state: "good", text: `${process.versions.node} on ${process.platform}-${process.arch}` };
}

async function checkTensorflow(environment: Environment): Promise<Check> {
  const library = describeTensorflow({ cacheFolder: userCacheFolder(environment), environment });
  if (!library)
    return {
      name: "TensorFlow",
      state: "missing",
      text: "not set up yet; the first pipeline that trains does it",
      remedy: "pipe setup",
    };
  return {
    name: "TensorFlow",
    state: "good",
    text: `${library.version} on the ${library.device}, from ${library.origin}, in ${library.folder}`,
  };
}

interface Tool {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly purpose: string;
}

async function checkTool(environment: Environment, { name, command, purpose }: Tool): Promise<Check> {
  const [program, ...args] = command;
  const { code, stdout } = await runCommand(program, args, { environment });
  if (code === 0) return { name, state: "good", text: stdout.split("\n")[0] ?? "" };
  const hasTensorflow = describeTensorflow({ cacheFolder: userCacheFolder(environment), environment }) !== undefined;
  // What only sets TensorFlow up is not missed once that is done.
  return {
    name,
    state: hasTensorflow ? "missing" : "wrong",
    text: `not found; it ${purpose}`,
    remedy: "Debian, Ubuntu: apt-get install g++ make python3-pip; macOS: xcode-select --install",
  };
}

async function checkGpu(environment: Environment): Promise<Check> {
  const args = ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"];
  const { code, stdout } = await runCommand("nvidia-smi", args, { environment });
  if (code !== 0) return { name: "GPU", state: "missing", text: "no NVIDIA card found; training uses the processor" };
  const library = describeTensorflow({ cacheFolder: userCacheFolder(environment), environment });
  const isUsed = library?.device === "gpu";
  const text = stdout.trim().split("\n").join("; ");
  return isUsed
    ? { name: "GPU", state: "good", text }
    : {
        name: "GPU",
        state: "missing",
        text: `${text}; the TensorFlow in use cannot compute on it`,
        remedy: "Set PIPE_LIBTENSORFLOW to a TensorFlow built for CUDA, then: pipe setup",
      };
}

async function checkMachine(folder: string): Promise<Check> {
  const freeBytes = await readFreeBytes(folder);
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(0)} GB`;
  return {
    name: "Machine",
    state: "good",
    text: `${availableParallelism()} processors, ${gigabytes(totalmem())} memory, ${gigabytes(freeBytes)} free here`,
  };
}

async function checkFonts(): Promise<Check> {
  const { canDrawLetters } = await import("../../plots/fonts.ts");
  if (await canDrawLetters()) return { name: "Fonts", state: "good", text: "found, for the letters in plots" };
  return {
    name: "Fonts",
    state: "missing",
    text: "none found; PNGs of plots have boxes for letters (their SVGs are complete)",
    remedy: "Debian, Ubuntu: apt-get install fontconfig fonts-dejavu-core",
  };
}

async function checkKaggle(environment: Environment): Promise<Check> {
  const { credentials, problems } = await findCredentials(environment);
  const [first] = credentials;
  if (first) return { name: "Kaggle", state: "good", text: `credentials from ${first.source}` };
  if (problems.length > 0) return { name: "Kaggle", state: "wrong", text: problems.join("; ") };
  return {
    name: "Kaggle",
    state: "missing",
    text: "no credentials; kaggle/* stages need them",
    remedy:
      "Make an access token in your account's settings, and put it into KAGGLE_API_TOKEN or ~/.kaggle/access_token",
  };
}

async function checkMlflow(environment: Environment): Promise<Check> {
  const name = "MLflow";
  try {
    const server = findTrackingServer(environment);
    if (!server)
      return { name, state: "missing", text: "no server; runs wait for pipe mlflow sync", remedy: "pipe mlflow up" };
    const version = await createMlflowClient(server, AbortSignal.timeout(5_000)).askVersion();
    return { name, state: "good", text: `${version} at ${server.url}` };
  } catch (error) {
    // What is wrong says which variable to look at.
    return { name, state: "wrong", text: error instanceof Error ? error.message : String(error) };
  }
}
