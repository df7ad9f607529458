// `npm run bench:fashion`: the Fashion competition by one recipe, ours and PyTorch's in turn, once for each seed; macro F1 on the hidden
// labels, mean ± standard deviation. Hours on two cores: each result is kept in the folder, so that a bench that was broken off goes on.
//   npm run bench:fashion -- [--seeds 1,2,3] [--epochs 12] [--size 64] [--folder bench/.fashion]
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isReady, makeReady } from "../scripts/bootstrap.mjs";
import { makeCompetition, runOurs, runRival } from "./fashion/sides.mjs";
import { rivalPython } from "./rivals/python.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!isReady(root)) makeReady(root);

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1,2,3" },
    epochs: { type: "string", default: "12" },
    size: { type: "string", default: "64" },
    folder: { type: "string", default: join(root, "bench", ".fashion") },
  },
});
const seeds = values.seeds.split(",").map(Number);
const { epochs, size } = values;
const folder = resolve(values.folder);
const python = rivalPython();
mkdirSync(folder, { recursive: true });
if (!existsSync(join(folder, "fashion.zip"))) makeCompetition(folder);

const sides = {
  PyTorch: (seed) => runRival({ python, folder, epochs, size, seed }),
  ours: (seed) => runOurs({ folder, epochs, size, seed }),
};
const results = { PyTorch: [], ours: [] };
for (const seed of seeds) {
  for (const [side, run] of Object.entries(sides)) {
    const result = await kept(`${side}-${size}px-${epochs}epochs-seed${seed}.json`, () => run(seed));
    results[side].push(result);
    console.log(
      `seed ${seed}  ${side.padEnd(7)}  macro F1 ${result.macroF1.toFixed(4)}  ${minutes(result.seconds)} min`,
    );
  }
}
for (const [side, list] of Object.entries(results)) {
  const { mean, deviation } = spread(list.map(({ macroF1 }) => macroF1));
  console.log(`${side}: macro F1 ${mean.toFixed(4)} ± ${deviation.toFixed(4)} over ${list.length} seeds`);
}

/** What `make` gave before, or gives now. */
async function kept(name, make) {
  const path = join(folder, name);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  const result = await make();
  writeFileSync(`${path}.new`, `${JSON.stringify(result)}\n`);
  renameSync(`${path}.new`, path);
  return result;
}

/** Mean and sample standard deviation. */
function spread(numbers) {
  const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const squares = numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return { mean, deviation: numbers.length < 2 ? 0 : Math.sqrt(squares / (numbers.length - 1)) };
}

function minutes(seconds) {
  return (seconds / 60).toFixed(1);
}
