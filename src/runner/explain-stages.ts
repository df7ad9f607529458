import type { FingerprintChange, StageCause } from "../base/event.ts";
import { flattenJson } from "../base/flatten-json.ts";
import type { Fingerprint, RunId, StageId } from "../base/ids.ts";
import type { Json } from "../base/json.ts";
import type { FingerprintInputs } from "../cache/fingerprint.ts";
import { listFingerprintChanges } from "../cache/fingerprint-changes.ts";
import { type ListedEntry, listEntries } from "../cache/upkeep/list-entries.ts";
import type { Pipeline, Stage } from "../pipeline/pipeline.ts";
import { nameEdits } from "./edits.ts";
import { placeOf } from "./locations.ts";
import { listChanges, type PlanKnowledge, type StagePlan } from "./plan-stage.ts";
import { type PreviewOptions, previewStages } from "./preview-stages.ts";

/** All that decides whether a stage runs. */
export type StageExplanation =
  | { readonly type: "unknown"; readonly stage: StageId; readonly waitsFor: readonly StageId[] }
  | { readonly type: "skipped"; readonly stage: StageId; readonly reason: string }
  | KnownStage;

export interface KnownStage {
  readonly type: "known";
  readonly stage: StageId;
  readonly action: "cached" | "run";
  readonly cause: StageCause;
  readonly fingerprint: Fingerprint;
  /** Everything that the fingerprint is computed from, in code-unit order of the paths. */
  readonly ingredients: readonly Ingredient[];
  /** Against the last good result of this stage; absent when there is none. Empty when nothing changed. */
  readonly sinceLast?: readonly FingerprintChange[];
  /** The result in the cache that differs least, this one aside. */
  readonly nearest?: NearResult;
  /** Who made the cached result. */
  readonly made?: { readonly by: RunId; readonly at: number; readonly durationMs: number };
}

export interface Ingredient {
  /** e.g. `with.phases.0.lr`, `inputs.dataset`. */
  readonly path: string;
  readonly value: Json;
  /** Where it stands in the document, or the nearest thing around it; or the `--set` option that it comes from. */
  readonly file?: string;
  readonly line?: number;
  readonly set?: string;
}

export interface NearResult {
  readonly fingerprint: Fingerprint;
  readonly stage: StageId;
  readonly madeBy: RunId;
  readonly madeAt: number;
  /** From that result to the stage as it is now. */
  readonly changes: readonly FingerprintChange[];
}

/** Explains the stages that `options.target` names. */
export async function explainStages(
  pipeline: Pipeline,
  options: PreviewOptions & { readonly target: ReadonlySet<StageId> },
): Promise<StageExplanation[]> {
  const { previews, knowledge } = await previewStages(pipeline, options);
  const entries = await listEntries(options.project.cacheFolder);
  const asked = previews.filter(({ stage }) => options.target.has(stage.id));
  return Promise.all(
    asked.map(async (preview) => {
      const { id } = preview.stage;
      if (preview.type === "unknown") return { type: "unknown", stage: id, waitsFor: preview.waitsFor };
      if (preview.type === "skipped") return { type: "skipped", stage: id, reason: preview.reason };
      return explainKnown(preview.stage, preview.plan, { entries, knowledge });
    }),
  );
}

interface Comparables {
  readonly entries: readonly ListedEntry[];
  readonly knowledge: PlanKnowledge;
}

async function explainKnown(stage: Stage, plan: StagePlan, { entries, knowledge }: Comparables): Promise<KnownStage> {
  const { inputs, fingerprint, cause, entry } = plan;
  const past = knowledge.history.find(stage.id);
  const nearest = findNearest(stage, plan, entries);
  return {
    type: "known",
    stage: stage.id,
    action: entry === undefined ? "run" : "cached",
    cause,
    fingerprint,
    ingredients: listIngredients(stage, inputs),
    ...(past && { sinceLast: await listChanges(stage, past, inputs, knowledge) }),
    ...(nearest && { nearest }),
    ...(entry && {
      made: { by: entry.manifest.madeBy, at: entry.manifest.madeAt, durationMs: entry.manifest.durationMs },
    }),
  };
}

function listIngredients(stage: Stage, inputs: FingerprintInputs): Ingredient[] {
  return [...flattenJson(inputs)]
    .map(([path, value]) => ({ path, value, ...placeOf(stage, path) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Among results of the same stage kind the one with the fewest differences, and of those the latest. */
function findNearest(
  stage: Stage,
  { inputs, fingerprint }: StagePlan,
  entries: readonly ListedEntry[],
): NearResult | undefined {
  const candidates = entries
    .filter((entry) => entry.fingerprint !== fingerprint && entry.manifest.inputs.uses === stage.uses)
    .map((entry) => ({ ...entry.manifest, changes: listFingerprintChanges(entry.manifest.inputs, inputs) }))
    .sort((a, b) => a.changes.length - b.changes.length || b.madeAt - a.madeAt);
  const [best] = candidates;
  if (best === undefined) return undefined;
  const { madeFor, madeBy, madeAt, changes } = best;
  return { fingerprint: best.fingerprint, stage: madeFor, madeBy, madeAt, changes: nameEdits(stage, changes) };
}
