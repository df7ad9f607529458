import type { Pair, YAMLMap, YAMLSeq } from "yaml";
import { type Alias, type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Scalar } from "yaml";
import type { SourceRange } from "../base/diagnostic.ts";
import type { DocumentNode, ListNode, MapEntry, MapNode } from "./document-node.ts";
import { problem, type Report, suggest } from "./problem.ts";
import type { SourceText } from "./source-text.ts";
import { parseTemplate } from "./template.ts";
import { findForeignTag, findOffsets, isMergeKey, isNode } from "./yaml-node.ts";

/** Turns the parsed YAML into our nodes: equal keys reported, merge keys merged, aliases expanded within bounds. */
export function buildNodes(document: Document.Parsed, source: SourceText, report: Report): DocumentNode {
  return new NodeBuilder(source, report).build(document.contents, source.range(0, 0)).node;
}

/** Far above any real document, far below what aliases of aliases can grow to. */
const maxExpandedValues = 300_000;

interface BuiltNode {
  readonly node: DocumentNode;
  /** Values in it, aliases expanded. */
  readonly size: number;
}

class NodeBuilder {
  readonly #source: SourceText;
  readonly #report: Report;
  /** An alias stands for the very node of its anchor, so each is built once. */
  readonly #built = new Map<Node, BuiltNode>();
  readonly #open = new Set<Node>();
  /** Filled in the order of the text: an alias means the last anchor of its name before it. */
  readonly #anchors = new Map<string, Node>();

  constructor(source: SourceText, report: Report) {
    this.#source = source;
    this.#report = report;
  }

  /** `place` is where a value that is not there would stand. */
  build(value: unknown, place: SourceRange): BuiltNode {
    if (!isNode(value)) return { node: { type: "scalar", value: null, isQuoted: false, range: place }, size: 1 };
    const known = this.#built.get(value);
    if (known !== undefined) return known;
    this.#open.add(value);
    const built = this.#make(value);
    this.#open.delete(value);
    this.#built.set(value, built);
    return built;
  }

  #make(node: Node): BuiltNode {
    if (isAlias(node)) return this.#expandAlias(node);
    if ("anchor" in node && node.anchor) this.#anchors.set(node.anchor, node);
    const tag = findForeignTag(node);
    if (tag !== undefined) {
      const message = `the tag ${tag} has no meaning in pipelines`;
      this.#report(problem("PIPE121", this.#locate(node), message, { hint: "Remove it." }));
    }
    if (isMap(node)) return this.#buildMap(node);
    if (isSeq(node)) return this.#buildList(node);
    return { node: isScalar(node) ? this.#buildScalar(node) : this.#unknown(node), size: 1 };
  }

  #buildScalar(scalar: Scalar): DocumentNode {
    const { value } = scalar;
    const range = this.#locate(scalar);
    const isQuoted = scalar.type !== "PLAIN";
    if (typeof value === "string" && value.includes("${{")) {
      const [start, end] = findOffsets(scalar, this.#source.text);
      return parseTemplate(value, { source: this.#source, start, end }, this.#report);
    }
    if (value === null || typeof value === "string" || typeof value === "boolean" || isFiniteNumber(value)) {
      return { type: "scalar", value, isQuoted, range };
    }
    this.#report(problem("PIPE121", range, `${scalar.source ?? "this"} is not a value that pipelines take`));
    return this.#unknown(scalar);
  }

  #buildList(list: YAMLSeq): BuiltNode {
    const range = this.#locate(list);
    const items = list.items.map((item) => this.build(item, range));
    return this.#bound({ type: "list", items: items.map(({ node }) => node), range }, items);
  }

  #buildMap(map: YAMLMap): BuiltNode {
    const range = this.#locate(map);
    const entries = new Map<string, MapEntry>();
    const merged: BuiltNode[] = [];
    const values: BuiltNode[] = [];
    let isIncomplete = false;
    for (const pair of map.items.filter(isPair)) {
      const keyRange = isNode(pair.key) ? this.#locate(pair.key) : range;
      const value = this.build(pair.value, endOf(keyRange));
      (isMergeKey(pair) ? merged : values).push(value);
      if (isMergeKey(pair)) continue;
      const key = this.#readKey(pair, keyRange);
      if (key === undefined) isIncomplete = true;
      else this.#addEntry(entries, key, { keyRange, value: value.node });
    }
    for (const { node } of merged) this.#merge(entries, node);
    const node: MapNode = { type: "map", entries, range, ...(isIncomplete ? { isIncomplete } : {}) };
    return this.#bound(node, [...values, ...merged]);
  }

  #readKey(pair: Pair, range: SourceRange): string | undefined {
    const key = isAlias(pair.key) ? this.#anchors.get(pair.key.source) : pair.key;
    if (isScalar(key) && typeof key.value === "string") return key.value;
    const hint = isScalar(key) && key.source ? `Put it in quotes: "${key.source}".` : undefined;
    this.#report(problem("PIPE121", range, "a key must be text", { hint }));
    return undefined;
  }

  #addEntry(entries: Map<string, MapEntry>, key: string, entry: MapEntry): void {
    const first = entries.get(key);
    if (first === undefined) {
      entries.set(key, entry);
      return;
    }
    const related = [{ message: "first defined here", location: first.keyRange }];
    const hint = "Remove or rename one of them.";
    const message = `the key "${key}" stands twice in one map`;
    this.#report(problem("PIPE102", entry.keyRange, message, { hint, related }));
  }

  /** YAML's merge key: own keys win over merged ones, earlier maps over later. */
  #merge(entries: Map<string, MapEntry>, value: DocumentNode): void {
    const maps = value.type === "list" ? value.items : [value];
    for (const map of maps) {
      if (map.type === "map") {
        for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry);
      } else if (map.type !== "unknown") {
        const hint = "Write <<: *anchor.";
        this.#report(problem("PIPE107", map.range, "<< takes a map, or a list of maps", { hint }));
      }
    }
  }

  #expandAlias(alias: Alias): BuiltNode {
    const range = this.#locate(alias);
    const target = this.#anchors.get(alias.source);
    if (target !== undefined && !this.#open.has(target)) return this.build(target, range);
    if (target === undefined) {
      const message = `no anchor &${alias.source} stands before the alias *${alias.source}`;
      this.#report(problem("PIPE101", range, message, { hint: suggest(alias.source, this.#anchors.keys()) }));
    } else {
      const message = `the alias *${alias.source} stands inside the value that it repeats`;
      this.#report(problem("PIPE119", range, message));
    }
    return { node: this.#unknown(alias), size: 1 };
  }

  /** Gives up a value that aliases have made too large; what contains it may go on growing from there. */
  #bound(node: ListNode | MapNode, values: readonly BuiltNode[]): BuiltNode {
    const size = values.reduce((sum, value) => sum + value.size, 1);
    if (size <= maxExpandedValues) return { node, size };
    this.#report(problem("PIPE119", node.range, `the value has more than ${maxExpandedValues} values in it`));
    return { node: { type: "unknown", range: node.range }, size: 1 };
  }

  #unknown(node: Node): DocumentNode {
    return { type: "unknown", range: this.#locate(node) };
  }

  #locate(node: Node): SourceRange {
    return this.#source.range(...findOffsets(node, this.#source.text));
  }
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function endOf({ file, endLine, endColumn }: SourceRange): SourceRange {
  return { file, line: endLine, column: endColumn, endLine, endColumn };
}
