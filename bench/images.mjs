// `npm run bench:images`: packing samples of four 512 × 512 PNGs at 256 px, ours against OpenCV with two threads on the same files, in
// turn, each in a process of its own. Both write one file of all samples, and the files must be equal, byte for byte.
//   npm run bench:images -- [--samples 48] [--rounds 8] [--turns 5] [--folder DIR]
// Samples are drawn by demo/cells unless a folder of `<id>_<channel>.png` is given. The rival's Python is $PIPE_BENCH_PYTHON, or bench/.venv.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isReady, makeReady } from "../scripts/bootstrap.mjs";
import { median } from "./median.mjs";
import { rivalPython } from "./rivals/python.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!isReady(root)) makeReady(root);
const { drawImages } = await import("./images/draw.mjs");

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "48" },
    rounds: { type: "string", default: "8" },
    turns: { type: "string", default: "5" },
    folder: { type: "string" },
  },
});
const python = rivalPython();
const here = join(root, "bench", "images");
const work = mkdtempSync(join(tmpdir(), "pipe-bench-images-"));
try {
  const folder = values.folder ?? drawImages(join(work, "images"), Number(values.samples));
  const [ourFile, rivalFile] = [join(work, "ours.bin"), join(work, "opencv.bin")];
  const turns = [];
  console.log(`samples of four PNGs, 512 to 256 px, two threads of ${availableParallelism()} cores; images per second`);
  for (let turn = 0; turn < Number(values.turns); turn += 1) {
    const ours = run(process.execPath, [join(here, "ours.mjs"), folder, values.rounds, ourFile]);
    const rival = run(python, [join(here, "opencv.py"), folder, values.rounds, rivalFile]);
    turns.push({ wall: ours.wall / rival.wall, processor: ours.processor / rival.processor });
    for (const kind of ["wall", "processor"]) print(kind, ours[kind], rival[kind]);
    if (!readFileSync(ourFile).equals(readFileSync(rivalFile))) throw new Error("the packed images differ");
  }
  for (const kind of ["wall", "processor"]) {
    console.log(
      `${kind}: ${median(turns.map((turn) => turn[kind])).toFixed(2)} × OpenCV (median of ${turns.length} turns)`,
    );
  }
} finally {
  rmSync(work, { recursive: true });
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

function print(kind, ours, rival) {
  const what = kind === "wall" ? "a second" : "a second of processor time";
  console.log(`  ${what}: ours ${ours.toFixed(0)}  OpenCV ${rival.toFixed(0)}  ratio ${(ours / rival).toFixed(2)}`);
}
