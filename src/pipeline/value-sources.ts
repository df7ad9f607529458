import type { Json } from "../base/json.ts";
import { type DocumentNode, toJson, type ValueSource, visitNodes } from "./document-node.ts";

/** What a value of a stage was made of. */
export interface ValueMaking {
  /** The text at the place itself comes first, where there is one. Not empty. */
  readonly sources: readonly ValueSource[];
  /** The value is that of the last source, unchanged, and not part of a text. */
  readonly isWhole: boolean;
}

/** What stands at a place, before anything is filled in. */
export function textSource(node: DocumentNode): ValueSource {
  const override = node.origin?.override;
  return { name: "", written: toJson(node), location: node.range, ...(override !== undefined && { override }) };
}

/** What a value that has the name `name` was made of, itself included; the value that all of it is from comes last. */
export function sourcesOf(node: DocumentNode, name: string): readonly ValueSource[] {
  const made = node.sources ?? describeWritten(node);
  return made.map((source) => (source.name === "" ? { ...source, name } : source));
}

/** Parameters that contain each other lead to the same ones on more ways than anybody could list. */
const maxSources = 100;

/** Sources of a value from several lists, each once. The last one stays the last. */
export function joinSources(sources: Iterable<ValueSource>): readonly ValueSource[] {
  const joined = new Map<string, ValueSource>();
  for (const source of sources) if (!joined.has(source.name)) joined.set(source.name, source);
  const all = [...joined.values()];
  return all.length > maxSources ? [...all.slice(0, maxSources - 1), ...all.slice(-1)] : all;
}

function describeWritten(node: DocumentNode): readonly ValueSource[] {
  const own = textSource(node);
  if (node.type !== "list" && node.type !== "map") return [own];
  if (node.type === "map" || !isPlain(node)) {
    const { written, ...container } = own;
    return [container];
  }
  const named = node.items.flatMap(({ sources = [] }) => sources.filter(({ name }) => name !== ""));
  return [...joinSources(named), { ...own, written: node.items.map(writtenOf) }];
}

function writtenOf(node: DocumentNode): Json {
  return node.sources?.find(({ name }) => name === "")?.written ?? toJson(node);
}

/** A list of plain values is read as one thing. */
function isPlain(node: DocumentNode): boolean {
  return node.type === "list" && node.items.every(({ type }) => type !== "list" && type !== "map");
}

/** What each value below a node was made of, by dotted path; only of those that are not just written there. */
export function collectMakings(node: DocumentNode, ...prefix: readonly string[]): ReadonlyMap<string, ValueMaking> {
  const makings = new Map<string, ValueMaking>();
  const inLists = new Set<DocumentNode>();
  visitNodes(node, (inner, path) => {
    const { sources, origin } = inner;
    if (sources === undefined || inLists.has(inner)) return;
    makings.set([...prefix, ...path].join("."), { sources, isWhole: origin !== undefined });
    if (inner.type === "list" && isPlain(inner)) for (const item of inner.items) inLists.add(item);
  });
  return makings;
}
