// `npm run bench`: training and inference of ours against PyTorch, in turn, each in a process of its own. The machine's other
// load falls on both, so compare the ratio, not the rates.
//   npm run bench -- [--size 128] [--batch 16] [--steps 8] [--turns 3]
// The rival's Python is $PIPE_BENCH_PYTHON, or an environment that is made in bench/.venv (torch from the index of pip).
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isReady, makeReady } from "../scripts/bootstrap.mjs";
import { rivalPython } from "./rivals/python.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!isReady(root)) makeReady(root);
// Only now is there a build to import.
const { runOurs, runRival } = await import("./training/turns.mjs");

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "128" },
    batch: { type: "string", default: "16" },
    steps: { type: "string", default: "8" },
    turns: { type: "string", default: "3" },
  },
});
const { size, batch, steps } = values;
const args = [size, batch, steps];
const python = rivalPython();

console.log(`ResNet-34, 4 channels, ${size} px, batch ${batch}, ${availableParallelism()} cores; images per second`);
const turns = [];
for (let turn = 0; turn < Number(values.turns); turn += 1) {
  const result = { ours: await runOurs(args), rival: await runRival(python, args) };
  turns.push(result);
  for (const kind of ["train", "infer"]) print(kind, result.ours[kind], result.rival[kind]);
}
for (const kind of ["train", "infer"]) {
  const ratios = turns.map(({ ours, rival }) => ours[kind] / rival[kind]);
  console.log(`${kind}: ${median(ratios).toFixed(2)} × PyTorch (median of ${ratios.length} turns)`);
}

function print(kind, ours, rival) {
  console.log(`  ${kind}  ours ${ours.toFixed(2)}  PyTorch ${rival.toFixed(2)}  ratio ${(ours / rival).toFixed(2)}`);
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
