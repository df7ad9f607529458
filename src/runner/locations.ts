import type { SourceRange } from "../base/diagnostic.ts";
import type { Stage } from "../pipeline/pipeline.ts";

/** Where a fingerprint's input of a stage stands in the document: its own place, or the nearest one around it. */
export function locationOf(stage: Stage, path: string): SourceRange {
  // Artifacts of a stage kind stand among its parameters.
  const own = stage.type === "kind" ? path.replace(/^inputs\./, "with.").replace(/^code\..*/, "uses") : path;
  const segments = own.split(".");
  for (let length = segments.length; length > 0; length--) {
    const location = stage.locations.get(segments.slice(0, length).join("."));
    if (location !== undefined) return location;
  }
  return stage.location;
}
