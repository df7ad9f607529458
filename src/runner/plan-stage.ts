import { join } from "node:path";
import type { FingerprintChange, StageCause } from "../base/event.ts";
import type { Fingerprint, StageId } from "../base/ids.ts";
import type { Cache, CacheEntry } from "../cache/cache.ts";
import {
  collectFingerprintInputs,
  computeFingerprint,
  contentOfOutput,
  digestOfContent,
  type FingerprintInputs,
  type InputContent,
} from "../cache/fingerprint.ts";
import { listFingerprintChanges } from "../cache/fingerprint-changes.ts";
import type { ArtifactReference, Stage } from "../pipeline/pipeline.ts";
import { listArtifacts } from "../pipeline/stage-artifacts.ts";
import { nameEdits } from "./edits.ts";
import type { History } from "./history.ts";
import type { PastResult } from "./history-file.ts";
import type { KeptInputs } from "./kept-inputs.ts";
import { type SeenInputs, seeInputs } from "./seen-inputs.ts";
import type { UserPaths } from "./user-paths.ts";

/** What is known of the stages' inputs and results so far. */
export interface PlanKnowledge {
  readonly cache: Cache;
  readonly history: History;
  readonly keptInputs: KeptInputs;
  readonly userPaths: UserPaths;
  /** Entries of the stages that are done. */
  readonly results: ReadonlyMap<StageId, CacheEntry>;
  readonly isForced: (stage: StageId) => boolean;
  /** What the machine decides and a stage's numbers depend on. */
  readonly runtimeOf: (stage: Stage) => Readonly<Record<string, string>>;
  /** Called before many files at a path of a stage's are read. */
  readonly onReading?: (stage: StageId, path: string, numFiles: number) => void;
}

/** A stage whose inputs are all known. */
export interface StagePlan {
  readonly inputs: FingerprintInputs;
  readonly fingerprint: Fingerprint;
  readonly cause: StageCause;
  /** What the user's files among the inputs held. */
  readonly seen: SeenInputs;
  /** The result, when the cache has it and the stage need not run. */
  readonly entry?: CacheEntry;
}

/** One input artifact of a stage: where it lies and what it is. */
export interface StageInputPath {
  readonly path: string;
  readonly kind: string;
  readonly digest: string;
}

/** Decides whether a stage has to run, and why. All stages that it reads from must be done. */
export async function planStage(stage: Stage, knowledge: PlanKnowledge): Promise<StagePlan> {
  const seen = await seeInputs(stage, (reference) =>
    knowledge.userPaths.digest(reference, (numFiles) => knowledge.onReading?.(stage.id, reference.path, numFiles)),
  );
  const inputs = collectInputs(stage, seen, knowledge);
  const fingerprint = computeFingerprint(inputs);
  const plan = { inputs, fingerprint, seen };
  if (knowledge.isForced(stage.id)) return { ...plan, cause: { type: "forced" } };
  const found = await knowledge.cache.lookup(fingerprint);
  if (found.type === "hit") return { ...plan, cause: { type: "fresh" }, entry: found.entry };
  if (found.type === "damaged") return { ...plan, cause: { type: "damaged", path: found.path } };
  return { ...plan, cause: await explainMiss(stage, plan, knowledge) };
}

/** The input artifacts of a stage by their place, once all are known. */
export function locateInputs(
  stage: Stage,
  { seen }: StagePlan,
  knowledge: PlanKnowledge,
): Record<string, StageInputPath> {
  const located = [...listArtifacts(stage)].map(([place, reference]) => {
    const digest = digestOfContent(findContent(reference, seen, knowledge));
    return [place, locate(reference, digest, knowledge)] as const;
  });
  return Object.fromEntries(located);
}

function collectInputs(stage: Stage, seen: SeenInputs, knowledge: PlanKnowledge): FingerprintInputs {
  return collectFingerprintInputs(stage, {
    contentOf: (reference) => findContent(reference, seen, knowledge),
    runtime: knowledge.runtimeOf(stage),
  });
}

function findContent(reference: ArtifactReference, seen: SeenInputs, { results }: PlanKnowledge): InputContent {
  if (reference.artifact === "path") return seen.get(reference) ?? missing(reference);
  const output = results.get(reference.stage)?.manifest.outputs[reference.output];
  return output === undefined ? missing(reference) : contentOfOutput(output, reference.subpath);
}

function locate(reference: ArtifactReference, digest: string, { userPaths, results }: PlanKnowledge): StageInputPath {
  const { kind } = reference;
  if (reference.artifact === "path") return { path: userPaths.locate(reference), kind, digest };
  const entry = results.get(reference.stage);
  const output = entry?.manifest.outputs[reference.output];
  if (entry === undefined || output === undefined) return missing(reference);
  return { path: join(entry.outputsFolder, output.path, reference.subpath), kind, digest };
}

function missing(reference: ArtifactReference): never {
  const name = reference.artifact === "path" ? reference.path : `${reference.stage}.${reference.output}`;
  throw new Error(`the plan asks for ${name} before it is known`);
}

async function explainMiss(
  stage: Stage,
  { inputs, fingerprint }: Pick<StagePlan, "inputs" | "fingerprint">,
  knowledge: PlanKnowledge,
): Promise<StageCause> {
  const before = knowledge.history.find(stage.id);
  const attempt = knowledge.history.findAttempt(stage.id);
  const known = attempt && { attempt };
  if (before === undefined) return { type: "first", ...known };
  const changes = await listChanges(stage, before, inputs, knowledge);
  // The same as last time, and yet not there.
  if (changes.length === 0) {
    const removal = await knowledge.cache.findRemoval(fingerprint);
    const isOfThis = removal !== undefined && removal.at >= before.madeAt;
    return { type: "removed", madeBy: before.madeBy, ...(isOfThis && { by: removal.by }), ...known };
  }
  return { type: "changed", changes, ...(attempt?.fingerprint === fingerprint && known) };
}

/** What is not as it was for the last good result, as the user would say it. */
export async function listChanges(
  stage: Stage,
  past: PastResult,
  inputs: FingerprintInputs,
  { keptInputs }: Pick<PlanKnowledge, "keptInputs">,
): Promise<FingerprintChange[]> {
  const changes = nameEdits(stage, listFingerprintChanges(past.inputs, inputs), past.written);
  return Promise.all(
    changes.map(async (change) => {
      const files = await keptInputs.compare(stage, change);
      return { ...change, ...(files && { files }) };
    }),
  );
}
