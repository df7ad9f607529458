// A run that has nothing to do, over many input files that did not change: ours and the rivals', in turn.
import { createHash } from "node:crypto";
import { cpSync, linkSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measure } from "../measure.mjs";
import { median } from "../median.mjs";

const filesPerFolder = 1_000;

/** Compares no-op runs over `files` files of `size` bytes each. */
export function benchManyFiles(folder, { entry, rivals, files, size, turns }) {
  console.log(`\nno-op run over ${files.toLocaleString("en")} input files of ${size / 1000} kB, in turn`);
  const data = join(folder, "data");
  writeData(data, { files, size });
  const ours = { name: "pipe", ...oursIn(entry) };
  const contestants = [ours, ...rivals].map((one) => prepare(one, join(folder, one.name), data));
  // Once more for all: files that are as young as an index are not trusted by it.
  for (const { place, command, environment } of contestants) measure(command, place, environment);
  const measured = new Map(contestants.map(({ name }) => [name, []]));
  for (let turn = 0; turn < turns; turn += 1) {
    for (const { name, place, command, environment, isNoop } of contestants) {
      const result = measure(command, place, environment);
      if (!isNoop(result.text)) throw new Error(`${name} did something:\n${result.text.slice(-2000)}`);
      measured.get(name).push(result);
    }
  }
  report(measured);
}

function oursIn(entry) {
  return {
    write: (place) =>
      writeFileSync(
        join(place, "read.yaml"),
        'version: 1\nname: read\nstages:\n  read:\n    run: echo 1 > "$PIPE_OUTPUT_ONE"\n    inputs: { data: data }\n    outputs: { one: { kind: file, path: out.txt } }\n',
      ),
    dataFolder: "data",
    command: [process.execPath, entry, "run", "read.yaml", "--no-mlflow"],
    environment: {},
    isNoop: (text) => /: 1 cached/.test(text),
  };
}

/** Sets a project up, with its own names for the same files, and runs it for the first time. */
function prepare(contestant, place, data) {
  mkdirSync(place, { recursive: true });
  linkFolder(data, join(place, contestant.dataFolder));
  contestant.write(place);
  const { command, environment, name } = contestant;
  const first = measure(command, place, environment);
  console.log(`  ${name}: first run ${first.wall.toFixed(1)} s`);
  return { ...contestant, place };
}

/** Every file has another content; incompressible, as images are. */
function writeData(folder, { files, size }) {
  const block = createHash("shake256", { outputLength: size }).update("pipe").digest();
  for (let index = 0; index < files; index += 1) {
    const part = join(folder, `part-${Math.floor(index / filesPerFolder)}`);
    if (index % filesPerFolder === 0) mkdirSync(part, { recursive: true });
    block.writeUInt32LE(index, 0);
    writeFileSync(join(part, `${index}.bin`), block);
  }
}

/** Hard links, so that the data lie on the disk once; where that cannot be done, copies. */
function linkFolder(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, target);
    else
      try {
        linkSync(source, target);
      } catch {
        cpSync(source, target);
      }
  }
}

function report(measured) {
  const rows = [...measured].map(([name, results]) => ({
    name,
    wall: median(results.map(({ wall }) => wall)),
    cpu: median(results.map(({ cpu }) => cpu)),
    peak: Math.max(...results.map(({ peak }) => peak)),
    ratio: median(results.map(({ wall }, turn) => wall / measured.get("pipe")[turn].wall)),
  }));
  console.log("              wall s   cpu s   peak MB   × ours");
  for (const { name, wall, cpu, peak, ratio } of rows)
    console.log(
      `  ${name.padEnd(10)}${wall.toFixed(2).padStart(8)}${cpu.toFixed(2).padStart(8)}${peak.toFixed(0).padStart(10)}${ratio.toFixed(1).padStart(9)}`,
    );
  const best = rows.slice(1).sort((a, b) => a.ratio - b.ratio)[0];
  if (best)
    console.log(
      `  the best rival, ${best.name}, takes ${best.ratio.toFixed(1)} × as long (median of the turns' ratios)`,
    );
}
