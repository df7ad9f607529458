import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fail } from "../../base/failure.ts";
import { runCommand } from "../../util/run-command.ts";
import type { SetupContext } from "./context.ts";
import { libraryNames } from "./release.ts";

const sources = ["tfjs_backend.cc", "tfjs_binding.cc"];
/** The version of Node-API that TensorFlow.js 4 is written for; every later Node runs it. */
const nodeApiVersion = 8;

export interface AddonPlaces {
  /** The folder of the two libraries. */
  readonly libraryFolder: string;
  readonly includeFolder: string;
  /** The file to write. */
  readonly target: string;
  /** Where the addon looks for the libraries when it is loaded; `$ORIGIN` is its own folder. */
  readonly runPath: string;
}

/**
 * Compiles TensorFlow.js' own addon (two C++ files in its package) against a TensorFlow library. The compiler is called
 * directly: no node-gyp, no Python, no Node headers from the network.
 */
export async function compileAddon(places: AddonPlaces, context: SetupContext): Promise<void> {
  context.report({ activity: "compiling the addon", done: 0, total: 1, unit: "files" });
  const compiler = await findCompiler(context);
  const require = createRequire(import.meta.url);
  const nodeHeaders = (require("node-api-headers") as { include_dir: string }).include_dir;
  const addonFolder = join(dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json")), "binding");
  const result = await runCommand(
    compiler,
    [
      ...["-O2", "-std=c++17", "-fPIC", `-DNAPI_VERSION=${nodeApiVersion}`, "-w"],
      ...["-I", nodeHeaders, "-I", places.includeFolder],
      ...sources.map((name) => join(addonFolder, name)),
      ...linkerOptions(places),
      ...["-o", places.target],
    ],
    context,
  );
  if (result.code !== 0) failCompile(compiler, result.stderr);
  context.report({ activity: "compiling the addon", done: 1, total: 1, unit: "files" });
}

function linkerOptions({ libraryFolder, runPath }: AddonPlaces): readonly string[] {
  const { main, framework } = libraryNames(process.platform);
  const rpath = `-Wl,-rpath,${runPath}`;
  if (process.platform === "darwin") {
    return [
      "-bundle",
      "-undefined",
      "dynamic_lookup",
      join(libraryFolder, main),
      join(libraryFolder, framework),
      rpath,
    ];
  }
  return ["-shared", `-L${libraryFolder}`, `-l:${main}`, `-l:${framework}`, rpath];
}

async function findCompiler({ environment }: SetupContext): Promise<string> {
  const candidates = [environment["CXX"], "c++", "g++", "clang++"].filter((name) => name !== undefined && name !== "");
  for (const name of candidates as string[]) {
    const { code } = await runCommand(name, ["--version"], { environment });
    if (code === 0) return name;
  }
  return fail(
    "environment",
    "A C++ compiler is needed once, to build TensorFlow.js' addon, and there is none here.",
    "Debian, Ubuntu: apt-get install g++ · Fedora: dnf install gcc-c++ · macOS: xcode-select --install. Or set CXX=<compiler>.",
  );
}

function failCompile(compiler: string, stderr: string): never {
  const firstError = stderr.split("\n").find((line) => /error|undefined reference/.test(line)) ?? stderr.slice(0, 400);
  return fail(
    "environment",
    `${compiler} could not build TensorFlow.js' addon: ${firstError.trim()}`,
    "It must know C++17 (GCC 8, Clang 7 or newer). Another compiler: CXX=<compiler>.",
  );
}
