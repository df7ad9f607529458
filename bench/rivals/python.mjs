// The Python that the rivals run in.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const environment = join(dirname(dirname(fileURLToPath(import.meta.url))), ".venv");

/** `override` names the environment variable of a Python that is there already. */
export function rivalPython(override = "PIPE_BENCH_PYTHON") {
  if (process.env[override]) return process.env[override];
  const python = join(environment, "bin", "python");
  if (!existsSync(join(environment, "ready"))) makeEnvironment(python);
  return python;
}

function makeEnvironment(python) {
  console.log("making bench/.venv with PyTorch, TensorFlow, Keras and OpenCV (once)");
  run("python3", ["-m", "venv", environment]);
  run(python, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "torch",
    "numpy",
    "opencv-python-headless",
    "tensorflow-cpu",
    "keras",
  ]);
  run("touch", [join(environment, "ready")]);
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(1);
}
