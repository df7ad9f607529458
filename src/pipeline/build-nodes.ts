import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Range,
  type Scalar,
  type YAMLMap,
} from "yaml";
import type { DocumentNode, MapEntry, MapNode } from "./document-node.ts";
import { problem, type Report, suggest } from "./problem.ts";
import type { SourceText } from "./source-text.ts";
import { parseTemplate } from "./template.ts";

/** Far above any real document, far below what aliases of aliases can grow to. */
const maxExpandedValues = 300_000;

const coreTags = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

interface BuiltNode {
  readonly node: DocumentNode;
  /** Values in it, aliases expanded. */
  readonly size: number;
}

/** Turns the parsed YAML into our nodes: duplicate keys reported, merge keys merged, aliases expanded within bounds. */
export function buildNodes(document: Document.Parsed, source: SourceText, report: Report): DocumentNode {
  const built = new Map<unknown, BuiltNode>();
  const open = new Set<unknown>();
  const anchors = new Map<string, Node>();

  function build(yaml: unknown, fallback: number): BuiltNode {
    const known = built.get(yaml);
    if (known !== undefined) return known;
    open.add(yaml);
    const made = make(yaml, fallback);
    open.delete(yaml);
    if (yaml !== null && yaml !== undefined) built.set(yaml, made);
    return made;
  }

  function make(yaml: unknown, fallback: number): BuiltNode {
    if (isAlias(yaml)) return expandAlias(yaml);
    if (isNode(yaml)) noteProperties(yaml);
    if (isMap(yaml)) return buildMap(yaml);
    if (isSeq(yaml)) {
      const items = yaml.items.map((item) => build(item, rangeOf(yaml)[0]));
      return sized({ type: "list", items: items.map((item) => item.node), range: locate(yaml) }, items);
    }
    if (isScalar(yaml)) return { node: buildScalar(yaml), size: 1 };
    const range = source.range(fallback, fallback);
    return { node: { type: "scalar", value: null, isQuoted: false, range }, size: 1 };
  }

  /** Remembers anchors in the order of the text, in which an alias means the last one of its name. */
  function noteProperties(node: Node): void {
    if ("anchor" in node && node.anchor) anchors.set(node.anchor, node);
    if (node.tag === undefined || coreTags.test(node.tag)) return;
    const tag = node.tag.replace("tag:yaml.org,2002:", "!!");
    report(problem("PIPE121", locate(node), `the tag ${tag} has no meaning in pipelines`, { hint: "Remove it." }));
  }

  function buildScalar(scalar: Scalar): DocumentNode {
    const { value } = scalar;
    const range = locate(scalar);
    const isQuoted = scalar.type !== "PLAIN";
    if (typeof value === "string") {
      if (!value.includes("${{")) return { type: "scalar", value, isQuoted, range };
      const [start, end] = trimmedRange(scalar);
      return parseTemplate(value, { source, start, end }, report);
    }
    const isJson =
      value === null || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
    if (isJson) return { type: "scalar", value, isQuoted, range };
    report(problem("PIPE121", range, `${scalar.source ?? "this"} is not a value that pipelines take`));
    return { type: "unknown", range };
  }

  function expandAlias(alias: Alias): BuiltNode {
    const target = anchors.get(alias.source);
    const range = locate(alias);
    if (target === undefined || open.has(target)) {
      const found =
        target === undefined
          ? problem("PIPE101", range, `no anchor &${alias.source} stands before the alias *${alias.source}`, {
              hint: suggest(alias.source, anchors.keys()),
            })
          : problem("PIPE119", range, `the alias *${alias.source} stands inside the value that it repeats`);
      report(found);
      return { node: { type: "unknown", range }, size: 1 };
    }
    return build(target, rangeOf(alias)[0]);
  }

  function buildMap(map: YAMLMap): BuiltNode {
    const entries = new Map<string, MapEntry>();
    const merged: BuiltNode[] = [];
    const values: BuiltNode[] = [];
    let isIncomplete = false;
    for (const pair of map.items) {
      if (!isPair(pair)) continue;
      const fallback = isNode(pair.key) ? trimmedRange(pair.key)[1] : rangeOf(map)[0];
      if (isMergeKey(pair)) {
        merged.push(build(pair.value, fallback));
        continue;
      }
      const value = build(pair.value, fallback);
      values.push(value);
      if (!addEntry(entries, pair, value.node, map)) isIncomplete = true;
    }
    for (const each of merged) merge(entries, each.node);
    const node: MapNode = { type: "map", entries, range: locate(map), ...(isIncomplete ? { isIncomplete } : {}) };
    return sized(node, [...values, ...merged]);
  }

  /** Whether the key could be read. */
  function addEntry(entries: Map<string, MapEntry>, pair: Pair, value: DocumentNode, map: YAMLMap): boolean {
    const keyRange = isNode(pair.key) ? locate(pair.key) : locate(map);
    const key = readKey(pair.key);
    if (key === undefined) {
      const written = isScalar(pair.key) ? pair.key.source : undefined;
      const hint = written ? `Put it in quotes: "${written}".` : undefined;
      report(problem("PIPE121", keyRange, "a key must be text", { hint }));
      return false;
    }
    const first = entries.get(key);
    if (first !== undefined) {
      const related = [{ message: "first defined here", location: first.keyRange }];
      report(
        problem("PIPE102", keyRange, `the key "${key}" stands twice in one map`, {
          hint: "Remove or rename one of them.",
          related,
        }),
      );
      return true;
    }
    entries.set(key, { keyRange, value });
    return true;
  }

  function readKey(key: unknown): string | undefined {
    const node = isAlias(key) ? anchors.get(key.source) : key;
    return isScalar(node) && typeof node.value === "string" ? node.value : undefined;
  }

  /** YAML's merge key: own keys win over merged ones, earlier maps over later. */
  function merge(entries: Map<string, MapEntry>, value: DocumentNode): void {
    const maps = value.type === "list" ? value.items : [value];
    for (const map of maps) {
      if (map.type === "map") {
        for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry);
      } else if (map.type !== "unknown") {
        report(problem("PIPE107", map.range, "<< takes a map, or a list of maps", { hint: "Write <<: *anchor." }));
      }
    }
  }

  function sized(node: DocumentNode, children: readonly BuiltNode[]): BuiltNode {
    const size = children.reduce((sum, child) => sum + child.size, 1);
    if (size <= maxExpandedValues) return { node, size };
    if (children.every((child) => child.size <= maxExpandedValues)) {
      report(problem("PIPE119", node.range, `the aliases expand to more than ${maxExpandedValues} values`));
    }
    return { node: { type: "unknown", range: node.range }, size: 1 };
  }

  function locate(node: Node) {
    return source.range(...trimmedRange(node));
  }

  /** Block scalars and maps end where the next thing begins; people see them end at their last character. */
  function trimmedRange(node: Node): [start: number, end: number] {
    const [start, valueEnd] = rangeOf(node);
    let end = Math.min(valueEnd, source.text.length);
    while (end > start && /\s/.test(source.text[end - 1] ?? "")) end--;
    return [start, end];
  }

  return build(document.contents, 0).node;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isAlias(value) || isMap(value) || isSeq(value);
}

function rangeOf(node: Node): Range {
  return node.range ?? [0, 0, 0];
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.source === "<<" && pair.key.type === "PLAIN";
}
