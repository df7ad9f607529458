// What the runner itself costs: to start, to plan many stages, to execute one.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measure } from "../measure.mjs";
import { median } from "../median.mjs";

/** `pipe --version` and `node -e 0`, in turn. */
export function benchStart(folder, { entry, turns }) {
  const [node, pipe] = inTurn(turns * 5, [
    () => measure([process.execPath, "-e", "0"], folder),
    () => measure([process.execPath, entry, "--version"], folder),
  ]);
  console.log(`\nstart: pipe --version ${ms(pipe)}, node -e 0 ${ms(node)}; ${ratioOf(pipe, node).toFixed(2)} ×`);
}

/** A plan of many stages, all of them in the cache. */
export function benchPlan(folder, { entry, stages, turns }) {
  const place = join(folder, "plan");
  writeTree(place, stages);
  console.log(`\nplan of ${stages} stages (making their results first)`);
  measure([process.execPath, entry, "run", "tree.yaml", "--no-mlflow", "--quiet"], place);
  const command = [process.execPath, entry, "plan", "tree.yaml"];
  const [node, plan] = inTurn(turns, [
    () => measure([process.execPath, "-e", "0"], folder),
    () => measure(command, place),
  ]);
  if (!plan.every(({ text }) => text.includes(`0 to run, ${stages} cached`))) throw new Error("the plan is no no-op");
  const cpu = median(plan.map((one) => one.cpu));
  console.log(`  ${ms(plan)} (${cpu.toFixed(2)} s of processor time, node -e 0 ${ms(node)}), peak ${peak(plan)} MB`);
}

/** Stages that do nothing, one after the other: what is left is the runner's. */
export function benchOverhead(folder, { entry, stages, turns }) {
  const place = join(folder, "overhead");
  mkdirSync(place, { recursive: true });
  const lines = Array.from({ length: stages }, (_, index) => {
    const needs = index === 0 ? "" : `, needs: [s${index - 1}]`;
    return `  s${index}: { run: "true"${needs}, env: { NUMBER: "${index}" } }`;
  });
  writeFileSync(join(place, "chain.yaml"), `version: 1\nname: chain\nstages:\n${lines.join("\n")}\n`);
  const run = (...options) =>
    measure([process.execPath, entry, "run", "chain.yaml", "--no-mlflow", "--quiet", ...options], place);
  const [shell, all] = inTurn(turns, [() => measure(["sh", "-c", "true"], place), () => run("--force")]);
  run();
  const cached = [...Array(turns)].map(() => run());
  const perStage = (median(all.map(({ wall }) => wall)) - median(cached.map(({ wall }) => wall))) / stages;
  console.log(
    `\nexecuted stage: ${(perStage * 1000).toFixed(0)} ms each over ${stages} stages of \`true\` (sh -c true ${ms(shell)})`,
  );
}

/** A binary tree: each stage reads what another wrote. */
function writeTree(place, stages) {
  mkdirSync(place, { recursive: true });
  const lines = Array.from({ length: stages }, (_, index) => {
    const parent = Math.floor((index - 1) / 2);
    const inputs = index === 0 ? "" : `\n    inputs: { a: "\${{ stages.s${parent}.outputs.x }}" }`;
    return `  s${index}:\n    run: echo ${index} > "$PIPE_OUTPUT_X"${inputs}\n    outputs: { x: { kind: file, path: x } }`;
  });
  writeFileSync(join(place, "tree.yaml"), `version: 1\nname: tree\nstages:\n${lines.join("\n")}\n`);
}

/** The results of each function, called one after the other that many times. */
function inTurn(turns, functions) {
  const results = functions.map(() => []);
  for (let turn = 0; turn < turns; turn += 1)
    for (const [index, one] of functions.entries()) results[index].push(one());
  return results;
}

const ms = (results) => `${(median(results.map(({ wall }) => wall)) * 1000).toFixed(0)} ms`;
const peak = (results) => Math.max(...results.map((one) => one.peak)).toFixed(0);
const ratioOf = (one, other) => median(one.map(({ wall }, turn) => wall / other[turn].wall));
