import { availableParallelism, totalmem } from "node:os";
import { readFreeBytes } from "../../base/disk-space.ts";
import { FailureError } from "../../base/failure.ts";
import { type Check, renderChecks } from "../../report/checks.ts";
import { createPalette } from "../../report/palette.ts";
import { gpuTimeoutMs, queryGpus } from "../../runner/resources/query-gpus.ts";
import { findCredentials } from "../../services/kaggle/credentials.ts";
import { isReadableByOthers } from "../../services/kaggle/exposure.ts";
import { readProxySettings } from "../../services/proxy-settings.ts";
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
  const found = await Promise.all([
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
    checkProxies(environment),
    checkMlflow(environment),
  ]);
  const checks = found.filter((check) => check !== undefined);
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
  const name = "GPU";
  const { state, text, problem } = await queryGpus("name,memory.total,driver_version", { environment });
  if (state === "missing") return { name, state: "missing", text: "no NVIDIA card found; training uses the processor" };
  if (state === "silent")
    return {
      name,
      state: "wrong",
      text: `nvidia-smi does not answer within ${gpuTimeoutMs / 1000} s`,
      remedy:
        "The driver hangs, and so would training. Its reasons are in: dmesg | grep -i nvrm. As a rule a restart helps",
    };
  if (state === "failed")
    return { name, state: "missing", text: `nvidia-smi fails: ${problem}; training uses the processor` };
  const library = describeTensorflow({ cacheFolder: userCacheFolder(environment), environment });
  const cards = text.trim().split("\n").map(describeCard).join("; ");
  return library?.device === "gpu"
    ? { name, state: "good", text: cards }
    : {
        name,
        state: "missing",
        text: `${cards}; the TensorFlow in use cannot compute on it`,
        remedy: "Set PIPE_LIBTENSORFLOW to a TensorFlow built for CUDA, then: pipe setup",
      };
}

/** `NVIDIA H200, 143771 MiB, driver 550.54.15`. */
function describeCard(line: string): string {
  const [name, memory, driver] = line.split(",").map((field) => field.trim());
  return `${name}, ${memory} MiB, driver ${driver}`;
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
  if (first?.file !== undefined && (await isReadableByOthers(first.file))) {
    const text = `credentials from ${first.source}, which other users of this machine can read`;
    return { name: "Kaggle", state: "missing", text, remedy: `chmod 600 ${first.file}` };
  }
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

/** Undefined where no proxy is named, as on most machines. */
async function checkProxies(environment: Environment): Promise<Check | undefined> {
  try {
    const settings = readProxySettings(environment);
    if (settings === undefined) return undefined;
    const { http, https, exceptions } = settings;
    const ways = [https && `https: ${https.host}`, http && `http: ${http.host}`].filter((way) => way !== undefined);
    const without = exceptions.length > 0 ? `; without: ${exceptions.join(", ")}` : "";
    return { name: "Proxy", state: "good", text: `to Kaggle and Hugging Face, ${ways.join(", ")}${without}` };
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    const { message, hint } = error.failure;
    return { name: "Proxy", state: "wrong", text: message, ...(hint !== undefined && { remedy: hint }) };
  }
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
