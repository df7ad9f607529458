import { dirname, isAbsolute, join } from "node:path";
import type { Diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { MapNode } from "./document-node.ts";
import { mergeMaps } from "./merge-maps.ts";
import { problem, valueProblem } from "./problem.ts";
import { readDocument } from "./read-document.ts";

/** A document, or one that it extends. */
export interface SourceFile {
  /** As the user would name it. */
  readonly file: string;
  readonly text: string;
}

/** The text of a file, or, as it completes "the file x …", why there is none. */
export type ReadSource = (file: string) => Result<string, string>;

interface ExtendedDocument {
  readonly node: MapNode;
  /** Mistakes that leave the rest readable. */
  readonly problems: readonly Diagnostic[];
  /** What it extends, the nearest first. */
  readonly bases: readonly SourceFile[];
}

/** How long a chain of documents that extend each other may be. */
const maxChain = 20;

/** Reads a document together with those that its `extends` leads to. Every value keeps the place where it stands. */
export function readExtended(source: SourceFile, readSource: ReadSource): Result<ExtendedDocument, Diagnostic[]> {
  const sources = [source];
  const nodes: MapNode[] = [];
  const problems: Diagnostic[] = [];
  for (const each of sources) {
    const read = readDocument(each.file, each.text);
    if (!read.ok) return err([...problems, ...read.error]);
    problems.push(...read.value.problems);
    nodes.push(read.value.node);
    const base = findBase(read.value.node, sources, readSource);
    if (base === undefined) continue;
    if (!base.ok) return err([...problems, base.error]);
    sources.push(base.value);
  }
  // Each document lies over the one that it extends.
  const node = nodes.reduceRight((base, own) => mergeMaps(base, own));
  return ok({ node, problems, bases: sources.slice(1) });
}

function findBase(
  node: MapNode,
  sources: readonly SourceFile[],
  readSource: ReadSource,
): Result<SourceFile, Diagnostic> | undefined {
  const value = node.entries.get("extends")?.value;
  if (value === undefined) return undefined;
  if (value.type !== "scalar" || typeof value.value !== "string" || value.value === "") {
    const hint = "Write the path of a pipeline, from the folder of this file, e.g. extends: base.yaml.";
    return err(valueProblem("PIPE151", value, "extends takes the path of one file, without references", { hint }));
  }
  const from = sources.at(-1)?.file ?? "";
  const file = isAbsolute(value.value) ? value.value : join(dirname(from), value.value);
  if (sources.some((other) => other.file === file)) {
    const circle = [...sources.map((other) => other.file), file].join(" → ");
    return err(problem("PIPE150", value.range, `documents extend each other in a circle: ${circle}`));
  }
  if (sources.length > maxChain) {
    return err(problem("PIPE150", value.range, `more than ${maxChain} documents extend each other`));
  }
  const text = readSource(file);
  if (text.ok) return ok({ file, text: text.value });
  const hint = `Paths after extends count from the folder of ${from}.`;
  return err(problem("PIPE151", value.range, `the file ${file} ${text.error}`, { hint }));
}
