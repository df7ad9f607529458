import { fail } from "../../base/failure.ts";
import type { Monitor, TrainingRecipe } from "./recipe.ts";

/** Fails where the recipe names an average that it does not ask for. */
export function checkRecipe({ monitor, earlyStopping, keep, ema, swa }: TrainingRecipe, numEpochs: number): void {
  const needsEma = ({ metric }: Monitor): boolean => metric.startsWith("ema_");
  const monitors = earlyStopping ? [monitor, earlyStopping.monitor] : [monitor];
  if (!ema && monitors.some(needsEma)) {
    fail(
      "configuration",
      "A monitored metric is of the moving average, and there is none.",
      "Set ema, or monitor val/….",
    );
  }
  if (!ema && keep === "ema") fail("configuration", "keep is ema, and there is no moving average.", "Set ema.");
  if (!swa && keep === "swa") fail("configuration", "keep is swa, and no weights are averaged.", "Set swa.");
  if (swa && swa.from > numEpochs) {
    fail(
      "configuration",
      `swa averages from epoch ${swa.from}, and there are only ${numEpochs} epochs.`,
      `Set from to ${numEpochs} or less.`,
    );
  }
}
