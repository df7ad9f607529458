import type { MapEntry, MapNode } from "./document-node.ts";

/**
 * The map `base` with what `own` says otherwise: maps in maps are merged, everything else, lists too, is replaced, and what
 * `own` sets to `null` is removed. A `null` for which the base has no value is a value.
 */
export function mergeMaps(base: MapNode, own: MapNode): MapNode {
  const entries = new Map<string, MapEntry>(base.entries);
  for (const [key, entry] of own.entries) {
    const inherited = base.entries.get(key)?.value;
    const { value } = entry;
    const isNull = value.type === "scalar" && value.value === null;
    if (isNull && inherited !== undefined) entries.delete(key);
    else if (inherited?.type === "map" && value.type === "map") {
      entries.set(key, { keyRange: entry.keyRange, value: mergeMaps(inherited, value) });
    } else entries.set(key, entry);
  }
  const isIncomplete = base.isIncomplete === true || own.isIncomplete === true;
  return { type: "map", entries, range: own.range, ...(isIncomplete ? { isIncomplete } : {}) };
}
