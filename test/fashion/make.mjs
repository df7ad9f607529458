// Makes the Fashion competition by hand: node test/fashion/make.mjs --folder DIR [--train 6000] [--test 1200] [--seed 7]
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    train: { type: "string", default: "6000" },
    test: { type: "string", default: "1200" },
    seed: { type: "string", default: "7" },
  },
});
if (values.folder === undefined) {
  console.error("usage: make.mjs --folder DIR [--train N] [--test N] [--seed N]");
  process.exit(2);
}
// Node 20 does not run TypeScript; the module runner that vitest brings along does.
const { module } = await runnerImport(fileURLToPath(new URL("./make-competition.ts", import.meta.url)), {
  configFile: false,
  logLevel: "silent",
});
const made = await module.makeFashionCompetition({
  folder: values.folder,
  numTrain: Number(values.train),
  numTest: Number(values.test),
  seed: Number(values.seed),
});
console.log(made.archive);
console.log(made.solution);
