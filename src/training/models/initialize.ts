import { createRandom } from "../../util/random.ts";
import { multiply } from "../kernels/elementwise.ts";
import { dtype, executeOne } from "../runtime/execute.ts";
import { runtime, type Tensor } from "../runtime/load.ts";

/**
 * Normal numbers with mean 0 and variance 2 / fan (He et al. 2015), which keeps the scale of activations through ReLUs. The
 * key, e.g. seed and name, decides them: the other parts of the network do not.
 */
export function kaimingNormal(shape: readonly number[], fan: number, key: readonly (number | string)[]): Tensor {
  const { tf } = runtime();
  const random = createRandom(...key);
  const inputs = [
    tf.tensor1d([...shape], "int32"),
    tf.tensor1d([random.integer() >> 1, random.integer() >> 1], "int32"),
    tf.scalar(Math.sqrt(2 / fan)),
  ] as const;
  const [shapeTensor, seed, deviation] = inputs;
  const attributes = { dtype: dtype("float32"), T: dtype("int32"), Tseed: dtype("int32") };
  const normal = executeOne("StatelessRandomNormal", attributes, [shapeTensor, seed]);
  const result = multiply(normal, deviation);
  tf.dispose([...inputs, normal]);
  return result;
}
