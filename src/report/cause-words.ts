import type { FingerprintChange, FolderChanges, PastAttempt, StageCause } from "../base/event.ts";
import type { Json } from "../base/json.ts";
import { shorten } from "../util/shorten.ts";
import { unreachable } from "../util/unreachable.ts";
import { formatCount } from "./quantities.ts";
import { onOneLine } from "./text-width.ts";

const maxChanges = 3;
const maxValueLength = 48;
const maxMessageLength = 100;

/** Why a stage runs, e.g. `with.phases.0.lr changed 0.02 → 0.01 (pipelines/quickstart.yaml:41)`. */
export function describeCause(cause: StageCause, pipelineFile: string): string {
  switch (cause.type) {
    case "fresh":
      return "nothing changed";
    case "first":
      return `no result yet${describeAttempt(": ", cause.attempt)}`;
    case "removed":
      return `${describeRemoval(cause.madeBy, cause.by)}${describeAttempt("; ", cause.attempt)}`;
    case "forced":
      return "forced";
    case "uncacheable":
      return "always runs";
    case "damaged":
      return `its cache entry is damaged: ${cause.path} is gone`;
    case "changed":
      return `${describeChanges(cause.changes, pipelineFile)}${describeAttempt("; ", cause.attempt)}`;
    case "upstream":
      return `depends on what ${listStages(cause.stages)} will give`;
    case "skipped":
      return cause.reason;
    default:
      return unreachable(cause);
  }
}

function describeRemoval(madeBy: string, by: "gc" | "verify" | undefined): string {
  if (by === "verify") return `its result of ${madeBy} was found damaged by pipe cache verify`;
  return `its result of ${madeBy} ${by === "gc" ? "was removed by pipe cache gc" : "is no longer in the cache"}`;
}

function describeAttempt(separator: string, attempt: PastAttempt | undefined): string {
  if (attempt === undefined) return "";
  const { run, end, message } = attempt;
  if (end === "killed") return `${separator}${run} was killed while it ran`;
  return `${separator}${end} last time, in ${run}${message === undefined ? "" : `: ${shorten(message, maxMessageLength)}`}`;
}

/** Stages of one matrix as one: `split, train (60)`. */
function listStages(stages: readonly string[]): string {
  const families = new Map<string, string[]>();
  for (const stage of stages) {
    const name = stage.split("@")[0] ?? stage;
    families.set(name, [...(families.get(name) ?? []), stage]);
  }
  return [...families].map(([name, ids]) => (ids.length === 1 ? ids.join() : `${name} (${ids.length})`)).join(", ");
}

/** The first of several changes, and how many more there are. */
function describeChanges(changes: readonly FingerprintChange[], file: string): string {
  const shown = changes.slice(0, maxChanges).map((change) => describeChange(change, file));
  const numMore = changes.length - shown.length;
  return [...shown, ...(numMore > 0 ? [`${numMore} more`] : [])].join("; ");
}

/** e.g. `with.lr changed 0.02 → 0.01 (pipelines/quickstart.yaml:41)`. */
export function describeChange(change: FingerprintChange, pipelineFile: string): string {
  const place = ofMachine.test(change.path) ? "" : describePlace(change, pipelineFile);
  const { path, before, after, files } = change;
  const difference = files === undefined ? describeDifference(path, before, after) : describeFiles(path, files);
  return `${difference}${place === "" ? "" : ` (${place})`}`;
}

/** Fields that stand nowhere in the document. */
export const ofMachine = /^(version|revision|runtime)\b/;

/** `pipelines/quickstart.yaml:41`, or that the value comes from the command line; nothing where no place is known. */
export function describePlace(
  { file, line, set }: Pick<FingerprintChange, "file" | "line" | "set">,
  pipelineFile: string,
): string {
  if (set !== undefined) return "--set";
  return line === undefined ? "" : `${file ?? pipelineFile}:${line}`;
}

/** e.g. `inputs.images changed: a/1.png changed, a/2.png added and 12 more`. */
function describeFiles(path: string, { named, numMore }: FolderChanges): string {
  const shown = named.map((file) => `${onOneLine(file.path)} ${file.change}`).join(", ");
  return `${path} changed: ${shown}${numMore > 0 ? ` and ${formatCount(numMore)} more` : ""}`;
}

function describeDifference(path: string, before: Json | undefined, after: Json | undefined): string {
  if (path === "revision")
    return `the code of the stage kind has a new revision, ${showValue(before)} → ${showValue(after)}`;
  if (before === undefined) return `${path} is new: ${showValue(after)}`;
  if (after === undefined) return `${path} is gone, was ${showValue(before)}`;
  const [old, current] = showBoth(before, after);
  return old === current ? `${path} changed` : `${path} changed ${old} → ${current}`;
}

/** How much of what two long texts have in common is shown before the difference. */
const commonLength = 16;

/** Two values on a line, long ones from where they differ. */
function showBoth(before: Json, after: Json): readonly [string, string] {
  const shown = [showValue(before), showValue(after)] as const;
  if (shown[0] !== shown[1] || typeof before !== "string" || typeof after !== "string") return shown;
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  const from = Math.max(0, start - commonLength);
  const show = (text: string): string => `${from > 0 ? "…" : ""}${showValue(text.slice(from))}`;
  return [show(before), show(after)];
}

/** A value on one line, shortened. */
export function showValue(value: Json | undefined): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return shorten(onOneLine(shortenDigests(text ?? "nothing")), maxValueLength);
}

/** Eight digits tell two contents apart for the eye. */
function shortenDigests(text: string): string {
  return text.replaceAll(/\b([0-9a-f]{8})[0-9a-f]{56}\b/g, "$1");
}
