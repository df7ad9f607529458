import fc from "fast-check";
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";

/** Keys that mean something, somewhere; also those that JavaScript knows of every object. */
const keys = [
  "version",
  "name",
  "experiment",
  "description",
  "params",
  "stages",
  "extends",
  "uses",
  "with",
  "needs",
  "run",
  "inputs",
  "outputs",
  "env",
  "if",
  "matrix",
  "include",
  "exclude",
  "retry",
  "timeout",
  "resources",
  "phases",
  "lr",
  "kind",
  "path",
  "train",
  "model",
  "size",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "length",
  "",
  "0",
  "a.b",
  "a b",
  "${{ params.seed }}",
  "<<",
];

/** Scalars at the edges of what a number, a name, a path or a reference may be. */
const scalars: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  1e308,
  -1e308,
  2 ** 53 + 1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  "",
  " ",
  "x",
  "x".repeat(10_000),
  "true",
  "null",
  "1",
  "../../x",
  "/etc/passwd",
  "a/../b",
  "a\nb",
  "\u0000",
  "\ud800",
  "细",
  "__proto__",
  "constructor",
  "CON",
  "-",
  "--help",
  "; rm x",
  "${{",
  "${{ }}",
  "${{ params }}",
  "${{ params.seed }}",
  "${{ params.__proto__ }}",
  "${{ params.seed.x.y }}",
  "${{ stages }}",
  "${{ stages.x.outputs.y }}",
  "${{ stages.split.outputs.train }}",
  "${{ stages.split }}",
  "${{ stages..outputs. }}",
  "${{ matrix.x }}",
  "${{ ${{ params.seed }} }}",
  "a ${{ params.seed }} b ${{ params.seed }}",
  "${{ params.seed == 1 && !params.x }}",
  "${{ inputs.x }}",
  "{id}",
];

/** Steps down from the top, each a share of what is there. */
type Way = readonly number[];

type ValueMutation =
  | { readonly type: "delete" | "duplicate" | "list" | "map" | "alias"; readonly way: Way }
  | { readonly type: "rename" | "add"; readonly way: Way; readonly key: string; readonly value: unknown }
  | { readonly type: "set"; readonly way: Way; readonly value: unknown }
  | { readonly type: "swap"; readonly way: Way; readonly other: Way }
  | { readonly type: "misspell"; readonly way: Way; readonly at: number };

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const way = fc.array(share, { minLength: 1, maxLength: 6 });
const value = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...scalars) }, fc.jsonValue({ maxDepth: 2 }));

export const valueMutation: fc.Arbitrary<ValueMutation> = fc.oneof(
  fc.record({
    type: fc.constantFrom("delete" as const, "duplicate" as const, "list" as const, "map" as const, "alias" as const),
    way,
  }),
  fc.record({ type: fc.constantFrom("rename" as const, "add" as const), way, key: fc.constantFrom(...keys), value }),
  fc.record({ type: fc.constant("set" as const), way, value }),
  fc.record({ type: fc.constant("swap" as const), way, other: way }),
  fc.record({ type: fc.constant("misspell" as const), way, at: share }),
);

/** Changes the tree of a YAML text, whose comments, anchors and order stay. */
export function mutateValues(text: string, changes: readonly ValueMutation[]): string {
  const document = parseDocument(text, { merge: true });
  for (const change of changes) mutateValue(document, change);
  try {
    return document.toString();
  } catch {
    // Some trees have no text: an alias whose anchor was deleted.
    return text;
  }
}

/** A place in the tree: an item of a list or a pair of a map. */
interface Place {
  readonly parent: Node & { items: unknown[] };
  readonly index: number;
}

function mutateValue(document: Document, change: ValueMutation): void {
  const place = findPlace(document, change.way);
  if (place === undefined) return;
  const { parent, index } = place;
  const node = valueAt(place);
  switch (change.type) {
    case "delete":
      parent.items.splice(index, 1);
      return;
    case "duplicate":
      parent.items.splice(index, 0, cloneItem(parent.items[index]));
      return;
    case "list":
      setValue(place, document.createNode([node]));
      return;
    case "map":
      setValue(place, document.createNode({ x: node }));
      return;
    case "alias":
      // An alias to itself or to something around it.
      if (isNode(node) && !isAlias(node))
        setValue(place, document.createAlias(node as Parameters<Document["createAlias"]>[0], "z"));
      return;
    case "rename":
      if (isMap(parent)) (parent.items[index] as Pair).key = document.createNode(change.key);
      return;
    case "add":
      if (isMap(node)) node.items.push(document.createPair(change.key, change.value) as never);
      else if (isSeq(node)) node.items.push(document.createNode(change.value));
      return;
    case "set":
      setValue(place, document.createNode(change.value));
      return;
    case "swap": {
      const other = findPlace(document, change.other);
      if (other === undefined) return;
      const theirs = valueAt(other);
      setValue(other, node);
      setValue(place, theirs);
      return;
    }
    case "misspell":
      if (isScalar(node) && typeof node.value === "string") node.value = misspell(node.value, change.at);
      return;
  }
}

function findPlace(document: Document, steps: Way): Place | undefined {
  let node: unknown = document.contents;
  let place: Place | undefined;
  for (const step of steps) {
    if (!isCollection(node) || node.items.length === 0) break;
    place = { parent: node, index: Math.floor(step * node.items.length) };
    node = valueAt(place);
  }
  return place;
}

function valueAt({ parent, index }: Place): unknown {
  const item = parent.items[index];
  return isMap(parent) ? (item as Pair).value : item;
}

function setValue({ parent, index }: Place, value: unknown): void {
  if (isMap(parent)) (parent.items[index] as Pair).value = value;
  else parent.items[index] = value;
}

function cloneItem(item: unknown): unknown {
  return typeof item === "object" && item !== null && "clone" in item ? (item as Pair).clone() : item;
}

/** Drops, doubles or swaps one character, as fingers do; in a reference that is a name that nobody defines. */
function misspell(text: string, at: number): string {
  const position = Math.floor(at * text.length);
  const [before, after] = [text.slice(0, position), text.slice(position)];
  const way = Math.floor(at * 1000) % 3;
  if (way === 0) return before + after.slice(1);
  return way === 1 ? before + (after[0] ?? "") + after : before + (after[1] ?? "") + (after[0] ?? "") + after.slice(2);
}
