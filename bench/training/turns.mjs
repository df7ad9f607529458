// One turn of each side in a fresh process, which prints its images per second and peak of memory in JSON, as the last line.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureTensorflow } from "../../dist/services/tensorflow-library.js";
import { tensorflowEnvironment } from "../../dist/stages/tensorflow-environment.js";
import { userCacheFolder } from "../../dist/util/user-cache-folder.js";

const folder = dirname(fileURLToPath(import.meta.url));

/** Our step, in the environment that the runner gives to a stage. */
export async function runOurs(args) {
  const place = { cacheFolder: userCacheFolder(process.env), environment: process.env, report: () => {} };
  const { addon } = await ensureTensorflow(place);
  return run(process.execPath, [join(folder, "step.mjs"), addon, ...args], tensorflowEnvironment(process.env));
}

/** The better layout of each rate; the memory of the one that trains faster. */
export function runTorch(python, args) {
  const script = join(folder, "..", "rivals", "resnet34_torch.py");
  const layouts = ["contiguous_format", "channels_last"].map((layout) =>
    run(python, [script, ...args, layout], process.env),
  );
  const [best] = layouts.toSorted((a, b) => b.train - a.train);
  return { ...best, infer: Math.max(...layouts.map(({ infer }) => infer)) };
}

export function runKeras(python, args) {
  return run(python, [join(folder, "..", "rivals", "resnet34_keras.py"), ...args], process.env);
}

function run(command, args, env) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", env });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}
