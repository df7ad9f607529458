import { linear, linearGradient } from "../kernels/linear.ts";
import { feed } from "../runtime/graph/recording.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import type { ParameterGroup } from "./architecture.ts";
import { kaimingNormal } from "./initialize.ts";
import { createKept } from "./kept.ts";
import type { Layer } from "./layer.ts";
import { createParameter } from "./parameter.ts";

export interface LinearOptions {
  /** e.g. `head.0.linear`; its arrays are `….weight`, here `[in, out]`, and `….bias`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly group: ParameterGroup;
  readonly seed: number;
}

/** x · weight + bias, [n, in] → [n, out]. Starts with normal numbers of variance 2 / fan-in and bias 0, as fastai's head. */
export function createLinear({ name, inputs, outputs, group, seed }: LinearOptions): Layer {
  const { tf } = runtime();
  const shape = [inputs, outputs];
  const initial = kaimingNormal(shape, inputs, [seed, `${name}.weight`]);
  const zeros = tf.fill([outputs], 0);
  const weight = createParameter(`${name}.weight`, group, initial);
  const bias = createParameter(`${name}.bias`, group, zeros);
  tf.dispose([initial, zeros]);
  const kept = createKept<"x">(name);

  function infer(x: Tensor): Tensor {
    const [weights, offsets] = [feed(weight.variable.read), feed(bias.variable.read)];
    const y = linear(x, weights, offsets);
    tf.dispose([weights, offsets]);
    return y;
  }

  return {
    parameters: [weight, bias],
    statistics: [],
    forward(x) {
      kept.keep({ x });
      return infer(x);
    },
    backward: (dy, gradients) =>
      kept.release(({ x }) => {
        const weights = feed(weight.variable.read);
        const { dx, dWeight, dBias } = linearGradient(dy, x, weights);
        weights.dispose();
        gradients.add(weight.name, dWeight);
        gradients.add(bias.name, dBias);
        return dx;
      }),
    infer,
    dispose() {
      kept.dispose();
      weight.variable.dispose();
      bias.variable.dispose();
    },
  };
}
