import type { Dataset } from "../../data/dataset.ts";
import type { SampleSet } from "../../training/batches/sample-set.ts";
import { resample } from "../../training/batches/sampling.ts";
import type { TrainingData } from "../../training/loop/training.ts";
import type { ModelTrainWith } from "../generated/model-train.ts";
import type { StageContext } from "../stage-kind.ts";
import { type OpenSamples, openSamples } from "./samples.ts";

/** Training and validation samples at each size that a phase asks for, until disposed of. */
export interface OpenTrainingData extends AsyncDisposable {
  at(size: number): TrainingData;
}

/** Opens both datasets at all of these sizes, packing their images first where that has not been done. */
export async function openTrainingData(
  stage: StageContext<ModelTrainWith>,
  { training, validation, sizes }: { training: Dataset; validation: Dataset; sizes: readonly number[] },
): Promise<OpenTrainingData> {
  const open: OpenSamples[] = [];
  const close = async (): Promise<void> => {
    for (const samples of open) await samples[Symbol.asyncDispose]();
  };
  const bySize = new Map<number, TrainingData>();
  try {
    for (const size of new Set(sizes)) {
      const samples = await openSamples(stage, { input: "train", dataset: training, size, context: "training" });
      open.push(samples);
      const held = await openSamples(stage, {
        ...{ input: "validation", dataset: validation, size },
        context: "validation",
      });
      open.push(held);
      bySize.set(size, { samples: sampled(stage, samples), validation: held });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    at(size) {
      const data = bySize.get(size);
      if (!data) throw new Error(`no images of ${size} px are open`);
      return data;
    },
    [Symbol.asyncDispose]: close,
  };
}

/** The samples as an epoch shows them. */
function sampled(stage: StageContext<ModelTrainWith>, samples: SampleSet): SampleSet {
  const { sampling, seed } = stage.with;
  if (sampling === undefined) return samples;
  const shown = resample(samples, sampling, seed);
  stage.log("info", `${samples.numSamples} samples are ${shown.numSamples} in an epoch (sampling: ${sampling.type})`);
  return shown;
}
