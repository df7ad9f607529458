import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const sourceFolder = resolve(dirname(fileURLToPath(import.meta.url)), "..", "src");

/** What each folder of src/ may import, beside itself. The same table stands in ARCHITECTURE.md. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  cli: ["report", "runner", "stages", "tracking", "cache", "services", "data", "plots", "pipeline", "base", "util"],
  report: ["base", "util"],
  runner: ["stages", "cache", "tracking", "pipeline", "base", "util"],
  stages: ["training", "data", "plots", "services", "pipeline", "base", "util"],
  training: ["data", "base", "util"],
  data: ["base", "util"],
  plots: ["base", "util"],
  services: ["base", "util"],
  tracking: ["base", "util"],
  cache: ["pipeline", "base", "util"],
  pipeline: ["base", "util"],
  base: ["util"],
  util: [],
};

interface Import {
  readonly from: string;
  readonly line: number;
  readonly target: string;
}

const files = readdirSync(sourceFolder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .sort();
const imports = files.flatMap(readImports);
const folderOf = (file: string): string => file.split("/")[0] ?? "";

describe("the layers of src/", () => {
  it("has a row for every folder", () => {
    const folders = new Set(files.map(folderOf));
    expect([...folders].filter((folder) => !(folder in mayImport))).toEqual([]);
  });

  it("has no import that points up", () => {
    const wrong = imports
      .filter(({ target }) => target.startsWith("."))
      .map((one) => ({ ...one, to: folderOf(resolveImport(one)) }))
      .filter(({ from, to }) => to !== folderOf(from) && !mayImport[folderOf(from)]?.includes(to))
      .map(({ from, line, to }) => `src/${from}:${line} imports ${to}/, which ${folderOf(from)}/ may not`);
    expect(wrong).toEqual([]);
  });

  it("has no cycle, types included", () => {
    expect(findCycle()).toEqual([]);
  });

  it("loads TensorFlow.js in training/ only", () => {
    const wrong = imports.filter(
      ({ from, target }) => target.startsWith("@tensorflow/") && folderOf(from) !== "training",
    );
    expect(wrong).toEqual([]);
  });

  it("touches process.env, process.exit and console in cli/ and report/ only", () => {
    const wrong = files
      .filter((file) => !["cli", "report"].includes(folderOf(file)))
      .flatMap((file) =>
        readFileSync(join(sourceFolder, file), "utf8")
          .split("\n")
          .map((text, index) => ({ text, place: `src/${file}:${index + 1}` })),
      )
      .filter(({ text }) => /\bprocess\.(env|exit|argv)\b|\bconsole\.\w+\(/.test(text.replace(/\/\/.*|^\s*\*.*/, "")))
      .map(({ place }) => place);
    expect(wrong).toEqual([]);
  });
});

/** Every static, dynamic and type import of a file. */
function readImports(file: string): Import[] {
  const pattern =
    /(?:^|[\s;(])(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|^import\s+"([^"]+)"/gm;
  const text = readFileSync(join(sourceFolder, file), "utf8");
  return [...text.matchAll(pattern)].map((match) => ({
    from: file,
    line: text.slice(0, match.index).split("\n").length,
    target: match[1] ?? match[2] ?? match[3] ?? "",
  }));
}

function resolveImport({ from, target }: Import): string {
  return relative(sourceFolder, resolve(sourceFolder, dirname(from), target));
}

/** The first import cycle, as the files on it; empty when there is none. */
function findCycle(): string[] {
  const edges = new Map<string, string[]>();
  for (const one of imports) {
    if (one.target.startsWith(".")) edges.set(one.from, [...(edges.get(one.from) ?? []), resolveImport(one)]);
  }
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (finished.has(file)) return [];
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    finished.add(file);
    return [];
  };
  for (const file of files) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
