import type { EpochRecord } from "./history.ts";
import type { PlannedEpoch } from "./plan-epochs.ts";
import { rankEpochs } from "./ranking.ts";
import type { TrainingRecipe } from "./recipe.ts";

/** Which weights: those at an epoch's end, or an average up to then. */
export interface SavedWeights {
  readonly epoch: number;
  readonly average: "none" | "ema" | "swa";
}

/** e.g. `epoch-7`, `ema-7`. */
export function keyOf({ epoch, average }: SavedWeights): string {
  return `${average === "none" ? "epoch" : average}-${epoch}`;
}

/** How far a training is. */
export interface Moment {
  readonly history: readonly EpochRecord[];
  /** All planned epochs, and the index of the one that comes next; as many as there are: none. */
  readonly epochs: readonly PlannedEpoch[];
  readonly next: number;
}

/**
 * The weights that are worth keeping, by what they are: `best` and `top-2`, … by the monitored metric, `phases/<name>` at the
 * end of each phase that is over, and when all is over `last` and `ema`. `swa` is made only then.
 */
export function listSavedWeights(recipe: TrainingRecipe, moment: Moment): ReadonlyMap<string, SavedWeights> {
  const saved = new Map<string, SavedWeights>();
  const average = recipe.monitor.metric.startsWith("ema_") ? "ema" : "none";
  for (const [index, { epoch }] of rankEpochs(moment.history, recipe.monitor).slice(0, recipe.top).entries()) {
    saved.set(index === 0 ? "best" : `top-${index + 1}`, { epoch, average });
  }
  for (const { epoch, phase } of lastOfPhases(moment)) saved.set(`phases/${phase}`, { epoch, average: "none" });
  const last = moment.history.at(-1)?.epoch;
  if (last === undefined || moment.next < moment.epochs.length) return saved;
  saved.set("last", { epoch: last, average: "none" });
  if (recipe.ema) saved.set("ema", { epoch: last, average: "ema" });
  return saved;
}

/** The last epochs of the phases that are over. */
function lastOfPhases({ history, epochs, next }: Moment): readonly EpochRecord[] {
  const phaseOf = (record: EpochRecord | undefined) => record && epochs[record.epoch - 1]?.phaseIndex;
  return history.filter((record, index) => {
    const following = index + 1 < history.length ? phaseOf(history[index + 1]) : epochs[next]?.phaseIndex;
    return phaseOf(record) !== following;
  });
}
