import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";

export function isNode(value: unknown): value is Node {
  return isScalar(value) || isAlias(value) || isMap(value) || isSeq(value);
}

/** Offsets of a node's text. Block scalars and maps end where the next thing begins; people see them end at their last character. */
export function findOffsets(node: Node, text: string): [start: number, end: number] {
  const [start, valueEnd] = node.range ?? [0, 0];
  let end = Math.min(valueEnd, text.length);
  while (end > start && /\s/.test(text[end - 1] ?? "")) end--;
  return [start, end];
}

/** `<<`, which means a key of that name where it is quoted. */
export function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.source === "<<" && pair.key.type === "PLAIN";
}

const coreTags = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

/** The tag of a node, as written, if it means something else than the types of JSON. */
export function findForeignTag(node: Node): string | undefined {
  if (isAlias(node) || node.tag === undefined || coreTags.test(node.tag)) return undefined;
  return node.tag.replace("tag:yaml.org,2002:", "!!");
}
