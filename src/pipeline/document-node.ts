import type { SourceRange } from "../base/diagnostic.ts";
import type { Json } from "../base/json.ts";
import type { Reference } from "./reference.ts";

/** A value of a document together with the place where it stands. */
export type DocumentNode = ScalarNode | TemplateNode | ListNode | MapNode | UnknownNode;

interface Located {
  readonly range: SourceRange;
  /** The parameter that the value was taken from; `range` is then the place of the use. */
  readonly origin?: ParameterOrigin;
  /** What the value was made of. Absent where it is just written here. */
  readonly sources?: readonly ValueSource[];
}

/** Something that a user wrote and that went into a value at another place, or into a text there. */
export interface ValueSource {
  /** `params.lr`, `matrix.fold`; empty for the text at the place of the value itself. */
  readonly name: string;
  /** References in it are as written. Absent for maps and lists of them, whose values have sources of their own. */
  readonly written?: Json;
  readonly location: SourceRange;
  /** The `--set` option, as given, that it comes from. */
  readonly override?: string;
}

/** Where the value of a parameter is set: below `params:`, or by an option of the command line. */
export interface ParameterOrigin {
  /** e.g. `params.seed`. */
  readonly name: string;
  readonly definition: SourceRange;
  /** The `--set` option, as given, that replaced the definition. */
  readonly override?: string;
}

export interface ScalarNode extends Located {
  readonly type: "scalar";
  readonly value: null | boolean | number | string;
  readonly isQuoted: boolean;
}

/** Text with references in it. */
export interface TemplateNode extends Located {
  readonly type: "template";
  readonly parts: readonly (string | Reference)[];
}

export interface ListNode extends Located {
  readonly type: "list";
  readonly items: readonly DocumentNode[];
}

export interface MapNode extends Located {
  readonly type: "map";
  readonly entries: ReadonlyMap<string, MapEntry>;
  /** A key of it was no text, so that nobody can say what is missing. */
  readonly isIncomplete?: true;
}

export interface MapEntry {
  readonly keyRange: SourceRange;
  readonly value: DocumentNode;
}

/** A value that cannot be known because of a mistake already reported: nothing else is to be said about it. */
export interface UnknownNode extends Located {
  readonly type: "unknown";
}

/** The node as JSON. Templates become their text; unknown values become `null`. */
export function toJson(node: DocumentNode): Json {
  switch (node.type) {
    case "scalar":
      return node.value;
    case "template":
      return node.parts.map((part) => (typeof part === "string" ? part : part.text)).join("");
    case "list":
      return node.items.map(toJson);
    case "map":
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toJson(entry.value)]));
    case "unknown":
      return null;
  }
}

/** The node below `node` at a path of keys and indices. */
export function findNode(node: DocumentNode, path: readonly string[]): DocumentNode | undefined {
  let found: DocumentNode | undefined = node;
  for (const step of path) {
    if (found?.type === "map") found = found.entries.get(step)?.value;
    else if (found?.type === "list") found = found.items[Number(step)];
    else return undefined;
  }
  return found;
}

/**
 * A copy with other values in it, or the node itself when all stay; `step` is the key or index of each. Keys keep their
 * place, or get `keyRange` as theirs.
 */
export function mapValues<Node extends ListNode | MapNode>(
  node: Node,
  change: (value: DocumentNode, step: string) => DocumentNode,
  keyRange?: SourceRange,
): Node {
  if (node.type === "list") {
    const items = node.items.map((item, index) => change(item, String(index)));
    return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
  }
  let changed: Map<string, MapEntry> | undefined;
  for (const [key, entry] of node.entries) {
    const value = change(entry.value, key);
    if (value === entry.value && keyRange === undefined) continue;
    changed ??= new Map(node.entries);
    changed.set(key, { keyRange: keyRange ?? entry.keyRange, value });
  }
  return changed === undefined ? node : { ...node, entries: changed };
}

/** Calls `visit` for the node and everything below it, with the path of keys and indices. */
export function visitNodes(
  node: DocumentNode,
  visit: (node: DocumentNode, path: readonly string[]) => void,
  path: readonly string[] = [],
): void {
  visit(node, path);
  if (node.type === "list") {
    for (const [index, item] of node.items.entries()) visitNodes(item, visit, [...path, String(index)]);
  } else if (node.type === "map") {
    for (const [key, entry] of node.entries) visitNodes(entry.value, visit, [...path, key]);
  }
}
