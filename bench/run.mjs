// `npm run bench`: training and inference of ours, PyTorch and Keras in turn, each in a process of its own. The machine's other load falls
// on all of them, so compare the ratios, not the rates.
//   npm run bench -- [--sizes 128,256,512] [--batch 16] [--steps 8] [--turns 3]
// The rivals' Python is $PIPE_BENCH_PYTHON (PyTorch) and $PIPE_BENCH_KERAS_PYTHON, or an environment that is made in bench/.venv.
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isReady, makeReady } from "../scripts/bootstrap.mjs";
import { median } from "./median.mjs";
import { rivalPython } from "./rivals/python.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!isReady(root)) makeReady(root);
// Only now is there a build to import.
const { runKeras, runOurs, runTorch } = await import("./training/turns.mjs");

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "128,256,512" },
    batch: { type: "string", default: "16" },
    steps: { type: "string", default: "8" },
    turns: { type: "string", default: "3" },
  },
});
const torch = rivalPython();
const keras = rivalPython("PIPE_BENCH_KERAS_PYTHON");
const kinds = { train: "images/s", infer: "images/s", memory: "MB" };

for (const size of values.sizes.split(",")) {
  const args = [size, values.batch, values.steps];
  console.log(`ResNet-34, 4 channels, ${size} px, batch ${values.batch}, ${availableParallelism()} cores`);
  const turns = [];
  for (let turn = 0; turn < Number(values.turns); turn += 1) {
    const result = { ours: await runOurs(args), PyTorch: runTorch(torch, args), Keras: runKeras(keras, args) };
    turns.push(result);
    for (const kind of Object.keys(kinds)) console.log(`  ${describe(kind, (side) => result[side][kind])}`);
  }
  console.log("  medians, and medians of the ratios to PyTorch and Keras:");
  for (const kind of Object.keys(kinds)) {
    const ratios = ["PyTorch", "Keras"].map((rival) =>
      median(turns.map((turn) => turn.ours[kind] / turn[rival][kind])),
    );
    const sides = describe(kind, (side) => median(turns.map((turn) => turn[side][kind])));
    console.log(`  ${sides}  = ${ratios.map((ratio) => `${ratio.toFixed(2)} ×`).join(", ")}`);
  }
}

function describe(kind, readSide) {
  const digits = kind === "memory" ? 0 : 2;
  const sides = ["ours", "PyTorch", "Keras"].map((side) => `${side} ${readSide(side).toFixed(digits)}`);
  return `${kind}  ${sides.join("  ")} ${kinds[kind]}`;
}
