// Packs a folder of images as a stage does: ours.mjs FOLDER ROUNDS FILE. All samples count ROUNDS times; prints images per second, and
// per second of processor time, as JSON. The packed first round goes to FILE.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPack } from "../../dist/data/build-pack.js";

const [folder, rounds, file] = process.argv.slice(2);
const channels = ["red", "green", "blue", "yellow"];
const names = [...new Set(readdirSync(folder).map((name) => name.replace(/_[a-z]+\.png$/, "")))].sort();
const ids = Array.from({ length: Number(rounds) }, () => names).flat();
const dataset = { channels, images: { digest: "", folder, pattern: "{id}_{channel}.png", ids, size: null } };
const store = mkdtempSync(join(tmpdir(), "pipe-bench-pack-"));
const target = join(store, "pack");

const [start, before] = [performance.now(), process.cpuUsage()];
const signal = new AbortController().signal;
const description = await buildPack(target, { dataset, size: 256, store, numWorkers: 2, signal, onProgress: () => {} });
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(before);
const numImages = ids.length * channels.length;

const [shard] = description.shards;
writeFileSync(file, readFileSync(join(target, shard)).subarray(0, names.length * description.rowBytes));
rmSync(store, { recursive: true });
console.log(
  JSON.stringify({
    wall: numImages / seconds,
    processor: (1e6 * numImages) / (user + system),
  }),
);
