import { type CrashPoint, type Kill, listKills } from "./crash-points.ts";

/** The steps of a run between which its state differs, by the call that makes each. */
const steps: readonly { readonly name: string; readonly call: string; readonly path: RegExp }[] = [
  { name: "the run's record appears", call: "rename", path: /^runs\/<run>\/status\.json$/ },
  { name: "the latest run is this one", call: "rename", path: /^runs\/latest$/ },
  { name: "the lock of an entry is taken", call: "link", path: /^\.pipe\/locks\/\w+\/\d+$/ },
  { name: "the folder for the outputs is made", call: "mkdir", path: /^\.pipe\/work\/\w+\/outputs-#$/ },
  { name: "the stage's process starts", call: "spawn", path: /^\/node$/ },
  { name: "the stage's process writes down who it is", call: "writeFile", path: /\/process\.json$/ },
  { name: "a command starts", call: "spawn", path: /^\/sh$/ },
  { name: "a stage writes its output", call: "writeFile", path: /^\.pipe\/work\/\w+\/outputs-#\// },
  { name: "the outputs move into the cache", call: "rename", path: /^\.pipe\/cache\/\w+\/outputs-#$/ },
  { name: "the manifest is written", call: "writeFile", path: /^\.pipe\/cache\/\w+\/\.manifest\.json\.#\.tmp$/ },
  { name: "the manifest takes its place", call: "rename", path: /^\.pipe\/cache\/\w+\/manifest\.json$/ },
  { name: "the work folder is removed", call: "rm", path: /^\.pipe\/work\/\w+$/ },
  { name: "the lock is given back", call: "rename", path: /^\.pipe\/locks\/\w+\/\d+$/ },
  { name: "the run links to its outputs", call: "rename", path: /^runs\/<run>\/stages\/\w+\/outputs$/ },
  { name: "an event is recorded", call: "write", path: /^runs\/<run>\/events\.ndjson$/ },
];

/** Every way to die at the first point of each step. Throws when a run has no such step any more. */
export function listStepKills(points: readonly CrashPoint[]): Kill[] {
  return listKills(
    steps.map(({ name, call, path }) => {
      const point = points.find((one) => one.call === call && path.test(one.path));
      if (point === undefined) throw new Error(`there is no ${call} of ${path} by which ${name}`);
      return point;
    }),
  );
}

/** So many kills, spread evenly over the whole run, at points that any run of the kind comes to. */
export function spreadKills(points: readonly CrashPoint[], numKills: number): Kill[] {
  const all = listKills(points.filter(({ call }) => call !== "write-by-clock"));
  return Array.from({ length: numKills }, (_, index) => all[Math.floor(((index + 0.5) * all.length) / numKills)]!);
}

/** Every n-th kill from the k-th on, for `part` as `k/n`; all without. Throws when that is no part. */
export function takePart(kills: readonly Kill[], part = "1/1"): readonly Kill[] {
  const [nth = 0, numParts = 0] = /^[1-9]\d*\/[1-9]\d*$/.test(part) ? part.split("/").map(Number) : [];
  if (nth < 1 || nth > numParts) throw new Error(`"${part}" is no part such as 3/20, the third of twenty`);
  return kills.filter((_, index) => index % numParts === nth - 1);
}
