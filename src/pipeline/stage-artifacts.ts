import type { Json } from "../base/json.ts";
import type { ArtifactReference, ResolvedObject, ResolvedValue, Stage } from "./pipeline.ts";

/** The input artifacts of a stage by their place: `dataset`, `models.0`. */
export function listArtifacts(stage: Stage): Map<string, ArtifactReference> {
  if (stage.type === "command") return new Map(Object.entries(stage.inputs));
  const found = new Map<string, ArtifactReference>();
  mapArtifacts(stage.with, (reference, place) => {
    found.set(place, reference);
    return null;
  });
  return found;
}

/**
 * Copies a value with something else in the place of each artifact; `undefined` takes it out of an object, and leaves
 * `null` in a list, so that the other items keep their positions.
 */
export function mapArtifacts(
  value: ResolvedObject,
  replace: (reference: ArtifactReference, place: string) => Json | undefined,
): { readonly [key: string]: Json } {
  const copy = (one: ResolvedValue, place: string): Json | undefined => {
    if (typeof one !== "object" || one === null) return one;
    if (isArtifactReference(one)) return replace(one, place);
    if (isList(one)) return one.map((item, index) => copy(item, `${place}.${index}`) ?? null);
    return copyObject(one, `${place}.`);
  };
  const copyObject = (one: ResolvedObject, prefix: string): { [key: string]: Json } => {
    const fields = Object.entries(one).map(([key, field]) => [key, copy(field, prefix + key)] as const);
    return Object.fromEntries(fields.filter((field): field is readonly [string, Json] => field[1] !== undefined));
  };
  return copyObject(value, "");
}

/** As it could stand in the document: a path, or `${{ stages.a.outputs.x }}/part`. */
export function formatReference(reference: ArtifactReference): string {
  if (reference.artifact === "path") return reference.path;
  const { stage, output, subpath } = reference;
  return `\${{ stages.${stage}.outputs.${output} }}${subpath === "" ? "" : `/${subpath}`}`;
}

function isArtifactReference(
  value: readonly ResolvedValue[] | ResolvedObject | ArtifactReference,
): value is ArtifactReference {
  return "artifact" in value && (value["artifact"] === "output" || value["artifact"] === "path") && "kind" in value;
}

function isList(value: ResolvedValue): value is readonly ResolvedValue[] {
  return Array.isArray(value);
}
