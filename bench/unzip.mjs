// `npm run bench:unzip`: `archive/unzip`'s unpacking against Info-ZIP unzip, bsdtar and 7z, in turn, on one archive: 20,000 files, 1 GB,
// half of them deflated to about half their size, half stored. Rivals that are not installed are named and left out.
//   npm run bench:unzip -- [--files 20000] [--megabytes 1000] [--turns 3] [--only ours]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isReady, makeReady } from "../scripts/bootstrap.mjs";
import { measure } from "./measure.mjs";
import { median } from "./median.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!isReady(root)) makeReady(root);

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "20000" },
    megabytes: { type: "string", default: "1000" },
    turns: { type: "string", default: "3" },
    only: { type: "string" },
  },
});
const here = join(root, "bench", "unzip");
const folder = mkdtempSync(join(tmpdir(), "pipe-bench-unzip-"));
const archive = join(folder, "all.zip");
const sides = {
  ours: (target) => [process.execPath, join(here, "ours.mjs"), archive, target],
  unzip: (target) => ["unzip", "-q", archive, "-d", target],
  bsdtar: (target) => ["bsdtar", "-xf", archive, "-C", target],
  "7z": (target) => ["7z", "x", "-bso0", "-bsp0", `-o${target}`, archive],
};
const wanted = Object.keys(sides).filter((name) => values.only === undefined || values.only === name);
const present = wanted.filter((name) => name === "ours" || isInstalled(name));
for (const name of wanted) if (!present.includes(name)) console.log(`${name} is not installed: left out`);

try {
  run(["python3", join(here, "make-archive.py"), archive, values.files, values.megabytes]);
  const turns = Object.fromEntries(present.map((name) => [name, []]));
  console.log(
    `${values.files} files, ${values.megabytes} MB, ${availableParallelism()} cores; seconds (peak memory, MB)`,
  );
  for (let turn = 0; turn < Number(values.turns); turn += 1) {
    for (const name of present) turns[name].push(unpackWith(name));
    console.log(`  ${present.map((name) => `${name} ${describe(turns[name].at(-1))}`).join("  ")}`);
  }
  const medians = Object.fromEntries(present.map((name) => [name, median(turns[name].map(({ wall }) => wall))]));
  const [best] = present.filter((name) => name !== "ours").sort((a, b) => medians[a] - medians[b]);
  if (best && medians.ours)
    console.log(`ours: ${(medians.ours / medians[best]).toFixed(2)} × the time of ${best}, the best rival (medians)`);
} finally {
  rmSync(folder, { recursive: true });
}

function unpackWith(name) {
  const target = join(folder, "out");
  mkdirSync(target);
  const figures = measure(sides[name](target), folder);
  rmSync(target, { recursive: true });
  return figures;
}

function describe({ wall, peak }) {
  return `${wall.toFixed(2)} (${peak.toFixed(0)})`;
}

function run([command, ...args]) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw error ?? new Error(`${command} ended with code ${status}`);
}

function isInstalled(name) {
  return spawnSync("which", [name], { stdio: "ignore" }).status === 0;
}
