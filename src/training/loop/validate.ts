import { predictSamples } from "../predict/predict-samples.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import type { PlannedEpoch } from "./plan-epochs.ts";
import type { TrainingState } from "./state.ts";
import { microBatchOf } from "./train-epoch.ts";
import type { Training } from "./training.ts";

export interface ValidationPlace {
  readonly epoch: PlannedEpoch;
  readonly numEpochs: number;
  readonly state: TrainingState;
}

/** Predicts all validation samples with the network's present weights, at the size of the epoch's images. */
export async function validate(
  { network, data, normalization, recipe, observer, signal }: Training,
  { epoch, numEpochs, state }: ValidationPlace,
): Promise<Evaluation> {
  const { validation } = data(epoch.phase.size);
  const numImages = validation.numSamples;
  const onProgress = (numDone: number) => observer.validated({ epoch: epoch.epoch, numEpochs, numDone, numImages });
  const batch = microBatchOf(epoch, state);
  using predictor = network.createPredictor();
  const table = await predictSamples(predictor, validation, { normalization, batch, signal, onProgress });
  return evaluate(table, validation, { loss: epoch.phase.loss, threshold: recipe.threshold });
}
