// One training of each side on the same images, scored on the same hidden labels.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
import { parse, stringify } from "yaml";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export function makeCompetition(folder) {
  run(process.execPath, [join(root, "test", "fashion", "make.mjs"), "--folder", folder]);
}

export async function runOurs({ folder, epochs, size, seed }) {
  const project = mkdtempSync(join(folder, "run-"));
  symlinkSync(join(folder, "fashion.zip"), join(project, "fashion.zip"));
  writeFileSync(
    join(project, "fashion.yaml"),
    stringify(withoutKaggle({ epochs: Number(epochs), size: Number(size), seed })),
  );
  const started = performance.now();
  run(process.execPath, [join(root, "pipe"), "run", "fashion.yaml"], project);
  const seconds = (performance.now() - started) / 1000;
  const submission = readFileSync(join(project, "runs/latest/stages/predict/outputs/submission.csv"), "utf8");
  const macroF1 = await score(submission, readFileSync(join(folder, "solution.csv"), "utf8"));
  rmSync(project, { recursive: true });
  return { macroF1, seconds };
}

export function runRival({ python, folder, epochs, size, seed }) {
  const script = join(root, "bench", "rivals", "fashion_torch.py");
  const output = run(python, [script, folder, epochs, size, String(seed)]);
  const found = /^test macro F1 ([\d.]+) at tuned thresholds\n(\d+) s$/m.exec(output);
  if (!found) throw new Error(`${script} printed no score:\n${output}`);
  return { macroF1: Number(found[1]), seconds: Number(found[2]) };
}

/** The pipeline of the tests, from the archive on the disk to the submission file. */
function withoutKaggle({ epochs, size, seed }) {
  const pipeline = parse(readFileSync(join(root, "test", "fashion", "fashion.yaml"), "utf8"));
  const { download: _download, submit: _submit, ...stages } = pipeline.stages;
  stages.unzip.with.archive = "./fashion.zip";
  stages.train.with.size = size;
  // As the other side does: the weights of the last step, whatever the validation samples said of those before.
  stages.train.with.keep = "last";
  const { competition: _competition, ...params } = pipeline.params;
  return { ...pipeline, params: { ...params, epochs, seed }, stages };
}

/** As the tests' own Kaggle scores it. */
async function score(submission, solution) {
  const { module } = await runnerImport(join(root, "test", "kaggle-server", "scoring.ts"), {
    configFile: false,
    logLevel: "silent",
  });
  const result = module.scoreSubmission(submission, module.parseSolution(solution, 10));
  if (result.type !== "scored") throw new Error(`the submission was rejected: ${result.reason}`);
  return result.publicScore;
}

function run(command, args, cwd = root) {
  const { status, stdout } = spawnSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}`);
  return stdout;
}
