import {
  type BatchNormGradient,
  batchNormGradient,
  batchNormInference,
  batchNormInferenceGradient,
  batchNormTraining,
} from "../kernels/batch-norm.ts";
import { emit, feed } from "../runtime/graph/recording.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import type { ParameterGroup } from "./architecture.ts";
import { createKept } from "./kept.ts";
import type { Layer } from "./layer.ts";
import { createParameter, createStatistic } from "./parameter.ts";

export interface BatchNormOptions {
  /** e.g. `bn1`; its arrays are `bn1.weight`, `bn1.bias`, `bn1.running_mean`, `bn1.running_var`. */
  readonly name: string;
  readonly numChannels: number;
  readonly group: ParameterGroup;
  /** Whether training, too, normalises by the running statistics and leaves them as they are. */
  readonly isNormFrozen?: () => boolean;
}

/** Batch norm over `[n, height, width, channels]` as in PyTorch: eps 1e-5, momentum 0.1, starts as the identity. */
export function createBatchNorm({ name, numChannels, group, isNormFrozen }: BatchNormOptions): Layer {
  const { tf } = runtime();
  const [ones, zeros] = [tf.fill([numChannels], 1), tf.fill([numChannels], 0)];
  const weight = createParameter(`${name}.weight`, group, ones);
  const bias = createParameter(`${name}.bias`, group, zeros);
  const mean = createStatistic(`${name}.running_mean`, zeros);
  const variance = createStatistic(`${name}.running_var`, ones);
  tf.dispose([ones, zeros]);
  const kept = createKept<"x" | "first" | "second" | "third">(name);
  const keptFrozen = createKept<"x">(name);

  function withValues<Result>(use: (values: Parameters<typeof batchNormTraining>[1]) => Result): Result {
    const values = {
      scale: feed(weight.variable.read),
      offset: feed(bias.variable.read),
      mean: feed(mean.read),
      variance: feed(variance.read),
    };
    const result = use(values);
    tf.dispose(Object.values(values));
    return result;
  }

  function backwardTrained(dy: Tensor): BatchNormGradient {
    return kept.release(({ x, first, second, third }) =>
      withValues(({ scale }) => batchNormGradient(dy, x, scale, [first, second, third])),
    );
  }

  function forwardFrozen(x: Tensor): Tensor {
    keptFrozen.keep({ x });
    return withValues((values) => batchNormInference(x, values));
  }

  function backwardFrozen(dy: Tensor): BatchNormGradient {
    return keptFrozen.release(({ x }) => withValues((values) => batchNormInferenceGradient(dy, x, values)));
  }

  return {
    parameters: [weight, bias],
    statistics: [mean, variance],
    forward(x: Tensor) {
      if (isNormFrozen?.()) return forwardFrozen(x);
      const { y, runningMean, runningVariance, saved } = withValues((values) => batchNormTraining(x, values));
      emit(runningMean, mean.replace);
      emit(runningVariance, variance.replace);
      const [first, second, third] = saved;
      kept.keep({ x, first, second, third });
      tf.dispose([first, second, third]);
      return y;
    },
    backward(dy, gradients) {
      const { dx, dScale, dOffset } = isNormFrozen?.() ? backwardFrozen(dy) : backwardTrained(dy);
      gradients.add(weight.name, dScale);
      gradients.add(bias.name, dOffset);
      return dx;
    },
    infer: (x) => withValues((values) => batchNormInference(x, values)),
    dispose() {
      kept.dispose();
      keptFrozen.dispose();
      weight.variable.dispose();
      bias.variable.dispose();
      tf.dispose([mean.value, variance.value]);
    },
  };
}
