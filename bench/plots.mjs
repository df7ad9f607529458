// `npm run bench:plots`: what drawing costs the stages that draw, loading the library included, each in a process of its own.
//   npm run bench:plots -- [--turns 5] [--samples 135,3107]
// Numbers are made up, of 28 classes: only how many there are matters.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isReady, makeReady } from "../scripts/bootstrap.mjs";
import { median } from "./median.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!isReady(root)) makeReady(root);

const { values } = parseArgs({
  options: { turns: { type: "string", default: "5" }, samples: { type: "string", default: "135,3107" } },
});
const tuned = values.samples.split(",").map((samples) => ["model/tune-thresholds", samples]);
for (const work of [["dataset/stats"], ["model/train"], ...tuned]) {
  const turns = Array.from({ length: Number(values.turns) }, () => draw(work));
  const [wall, processor] = ["wall", "processor"].map((kind) => median(turns.map((turn) => turn[kind])));
  const of = work[1] === undefined ? "" : ` of ${work[1]} samples`;
  console.log(`${work[0]}${of}: ${wall.toFixed(0)} ms, ${processor.toFixed(0)} ms of processor time`);
}

function draw(work) {
  const program = join(root, "bench", "plots", "draw.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...work], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${work.join(" ")} failed:\n${stderr}`);
  return JSON.parse(stdout);
}
