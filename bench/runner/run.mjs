// `npm run bench:runner`: the runner against Turborepo, Wireit, Snakemake and DVC, in turn on one machine, whose other load
// falls on all of them: compare the ratios.
//   npm run bench:runner -- [--files 100000] [--size 20000] [--stages 1000] [--turns 5] [--only files|plan|start|overhead]
// Makes 2 GB of files in a temporary folder, and removes it. Needs Linux, python3 with pip, npm.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isReady, makeReady } from "../../scripts/bootstrap.mjs";
import { benchManyFiles } from "./many-files.mjs";
import { provideRivals } from "./rivals.mjs";
import { benchOverhead, benchPlan, benchStart } from "./stages.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
if (!isReady(root)) makeReady(root);

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "100000" },
    size: { type: "string", default: "20000" },
    stages: { type: "string", default: "1000" },
    turns: { type: "string", default: "5" },
    only: { type: "string" },
  },
});
const turns = Number(values.turns);
const entry = join(root, "dist", "bundle", "entry.js");
const parts = {
  start: (folder) => benchStart(folder, { entry, turns }),
  overhead: (folder) => benchOverhead(folder, { entry, stages: 20, turns }),
  plan: (folder) => benchPlan(folder, { entry, stages: Number(values.stages), turns }),
  files: (folder) => {
    const [files, size] = [Number(values.files), Number(values.size)];
    benchManyFiles(folder, { entry, rivals: provideRivals(), files, size, turns });
  },
};

const folder = realpathSync(mkdtempSync(join(tmpdir(), "pipe-bench-")));
const load = loadavg().map((one) => one.toFixed(1));
console.log(`Node ${process.versions.node}, ${availableParallelism()} cores, load before ${load.join(" ")}`);
try {
  for (const [name, bench] of Object.entries(parts))
    if (values.only === undefined || values.only === name) bench(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
