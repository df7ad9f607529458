// One turn of each side in a fresh process, which prints its images per second in JSON, as the last line.
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

export async function runRival(python, args) {
  return run(python, [join(folder, "..", "rivals", "resnet34_torch.py"), ...args], process.env);
}

function run(command, args, env) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", env });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}
