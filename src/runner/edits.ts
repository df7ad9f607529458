import type { FingerprintChange } from "../base/event.ts";
import type { Json } from "../base/json.ts";
import type { ValueSource } from "../pipeline/document-node.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import { formatReference, listArtifacts } from "../pipeline/stage-artifacts.ts";
import type { ValueMaking } from "../pipeline/value-sources.ts";
import { sha256 } from "../util/sha256.ts";
import { documentPath, placeOf } from "./locations.ts";

/**
 * What the user wrote that a stage's values were made of, by name (`params.lr`, `matrix.fold`); also the texts with references, by the
 * place of the value (`with.lr`), and where artifacts come from. Kept with a result, to tell later which of it was edited.
 */
export type WrittenValues = Readonly<Record<string, Json>>;

/** Longer texts are compared, not shown. */
const maxTextLength = 200;

export function listWritten(stage: Stage): WrittenValues {
  const written: Record<string, Json> = {};
  for (const [place, reference] of listArtifacts(stage)) {
    written[documentPath(stage, `inputs.${place}`)] = shortenText(formatReference(reference));
  }
  for (const source of listSources(stage.makings)) {
    if (source.written !== undefined) written[source.name] = source.written;
  }
  return written;
}

/** Says of each change what the user edited to bring it about, as far as it is known what they had written before, and where that stands. */
export function nameEdits(
  stage: Stage,
  changes: readonly FingerprintChange[],
  before: WrittenValues = {},
): FingerprintChange[] {
  const edits = new Map<string, FingerprintChange>();
  const unnamed: FingerprintChange[] = [];
  for (const change of changes) {
    const { named, isAll } = findEdits(stage, change, before);
    for (const edit of named) {
      const reaches = [...(edits.get(edit.path)?.reaches ?? []), change.path];
      edits.set(edit.path, { ...edit, reaches });
    }
    if (!isAll) unnamed.push({ ...describeText(stage, change, before), ...placeOf(stage, change.path) });
  }
  return [...edits.values(), ...unnamed];
}

interface FoundEdits {
  readonly named: readonly FingerprintChange[];
  /** Nothing else was edited. */
  readonly isAll: boolean;
}

/** What was edited at another place than that of the value. */
function findEdits(stage: Stage, change: FingerprintChange, before: WrittenValues): FoundEdits {
  const path = documentPath(stage, change.path);
  const entries = [...stage.makings];
  const around = entries.filter(([place]) => path.startsWith(`${place}.`));
  const inside = entries.filter(([place]) => place === path || place.startsWith(`${path}.`));
  const sources = listSources([...around, ...inside]);
  const known = sources.filter(({ name }) => Object.hasOwn(before, name));
  const edited = known.filter(({ name, written }) => written !== undefined && !isSame(before[name], written));
  const named = edited.filter(({ isText }) => !isText);
  const isTextEdited = edited.length > named.length || sources.some((one) => one.isText && !known.includes(one));
  if (named.length > 0 || isTextEdited) {
    return { named: named.map((source) => describeEdit(source, before)), isAll: !isTextEdited && named.length > 0 };
  }
  // The texts are as they were: a map or list that they refer to has more in it, or less.
  const added = sources.filter((one) => one.written !== undefined && !known.includes(one));
  const gone = around.flatMap(([place, { sources }]) =>
    sources
      .filter(({ written }) => written === undefined)
      .map((source) => ({ ...source, name: `${source.name}${path.slice(place.length)}` }))
      .filter(({ name }) => inside.length === 0 && Object.hasOwn(before, name)),
  );
  const others = [...added, ...gone];
  return { named: others.map((source) => describeEdit(source, before)), isAll: others.length > 0 };
}

interface NamedSource extends ValueSource {
  /** It is the text at the place of the value, and has that place as its name. */
  readonly isText: boolean;
}

function listSources(makings: Iterable<readonly [string, ValueMaking]>): NamedSource[] {
  return [...makings].flatMap(([place, { sources }]) =>
    sources.map((source) => {
      if (source.name !== "") return { ...source, isText: false };
      const { written } = source;
      return {
        ...source,
        name: place,
        isText: true,
        ...(typeof written === "string" && { written: shortenText(written) }),
      };
    }),
  );
}

function shortenText(text: string): string {
  return text.length > maxTextLength ? sha256(text) : text;
}

function describeEdit({ name, written, override, location }: ValueSource, before: WrittenValues): FingerprintChange {
  const { file, line } = location;
  const place = override === undefined ? { file, line } : { set: override };
  return { path: name, before: before[name], after: written, ...place };
}

/** An artifact that comes from elsewhere is told by that, not by what it holds. */
function describeText(stage: Stage, change: FingerprintChange, before: WrittenValues): FingerprintChange {
  const place = change.path.replace(/^inputs\./, "");
  const reference = place === change.path ? undefined : listArtifacts(stage).get(place);
  const old = before[documentPath(stage, change.path)];
  if (reference === undefined || old === undefined) return change;
  const text = listWritten(stage)[documentPath(stage, change.path)];
  return isSame(old, text) ? change : { ...change, before: old, after: text };
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
