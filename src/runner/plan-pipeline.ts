import type { StageCause } from "../base/event.ts";
import type { Fingerprint, StageId } from "../base/ids.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { PlanKnowledge } from "./plan-stage.ts";
import { type PreviewOptions, previewStages, type StagePreview } from "./preview-stages.ts";

/** What a run would do with one stage. */
export interface PlannedStage {
  readonly stage: StageId;
  readonly uses: string;
  /** `restore`: from the remote cache. `unknown`: stages that it reads from run first, and may give what they gave before. */
  readonly action: "cached" | "restore" | "run" | "unknown" | "skip";
  readonly cause: StageCause;
  /** Absent while inputs are unknown. */
  readonly fingerprint?: Fingerprint;
  /** How long the cached result, here or in the remote cache, took to make. */
  readonly durationMs?: number;
  /** Of a result that comes from the remote cache. */
  readonly sizeBytes?: number;
  /** Of a stage that may run: what its last good result took, and how large its outputs were. */
  readonly expected?: { readonly durationMs: number; readonly sizeBytes: number };
  /** It talks to a server. */
  readonly network: boolean;
}

/** Plans a run without doing anything. */
export async function planPipeline(pipeline: Pipeline, options: PreviewOptions): Promise<PlannedStage[]> {
  const { previews, knowledge } = await previewStages(pipeline, options);
  return previews.map((preview) => describePreview(preview, knowledge));
}

function describePreview(preview: StagePreview, { history }: PlanKnowledge): PlannedStage {
  const { stage } = preview;
  const { id, uses } = stage;
  const past = history.find(id);
  const common = { stage: id, uses, network: stage.type === "kind" && stage.network };
  if (preview.type === "skipped") {
    return { ...common, action: "skip", cause: { type: "skipped", reason: preview.reason } };
  }
  const expected = past && { expected: { durationMs: past.durationMs, sizeBytes: past.sizeBytes } };
  if (preview.type === "unknown") {
    return { ...common, action: "unknown", cause: { type: "upstream", stages: preview.waitsFor }, ...expected };
  }
  const { cause, fingerprint, entry } = preview.plan;
  if (preview.remote !== undefined) {
    const { durationMs, outputs } = preview.remote;
    const sizeBytes = Object.values(outputs).reduce((sum, output) => sum + output.sizeBytes, 0);
    return { ...common, action: "restore", cause, fingerprint, durationMs, sizeBytes };
  }
  if (entry === undefined) return { ...common, action: "run", cause, fingerprint, ...expected };
  return { ...common, action: "cached", cause, fingerprint, durationMs: entry.manifest.durationMs };
}
