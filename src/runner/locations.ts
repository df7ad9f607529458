import type { SourceRange } from "../base/diagnostic.ts";
import type { FingerprintChange } from "../base/event.ts";
import type { Stage } from "../pipeline/pipeline.ts";

/** Where a fingerprint's input of a stage stands in the document: its own place, or the nearest one around it. */
export function locationOf(stage: Stage, path: string): SourceRange {
  return findNearest(stage.locations, documentPath(stage, path)) ?? stage.location;
}

/** The same, but where the value comes from a parameter or matrix, the place of that, or the option that sets it. */
export function placeOf(stage: Stage, path: string): Pick<FingerprintChange, "file" | "line" | "set"> {
  const own = documentPath(stage, path);
  const making = findNearest(stage.makings, own);
  const source = making?.isWhole ? making.sources.at(-1) : undefined;
  if (source?.override !== undefined) return { set: source.override };
  const { file, line } = source?.location ?? locationOf(stage, path);
  return { file, line };
}

/** The path below the stage of a fingerprint's input: artifacts of a stage kind stand among its parameters. */
export function documentPath(stage: Stage, path: string): string {
  return stage.type === "kind" ? path.replace(/^inputs\./, "with.").replace(/^code\..*/, "uses") : path;
}

/** Of the path, or of the nearest one around it. */
function findNearest<Value>(values: ReadonlyMap<string, Value>, path: string): Value | undefined {
  const segments = path.split(".");
  for (let length = segments.length; length > 0; length--) {
    const found = values.get(segments.slice(0, length).join("."));
    if (found !== undefined) return found;
  }
  return undefined;
}
