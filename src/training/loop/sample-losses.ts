import { createLoss, type LossSetting } from "../losses/create-loss.ts";
import { runtime } from "../runtime/load.ts";

export interface LabelledLogits {
  /** `[numSamples, numClasses]`. */
  readonly logits: Float32Array;
  /** 0 or 1, the same shape. */
  readonly labels: Uint8Array;
  readonly numClasses: number;
}

/** The loss of each sample as if it were alone in its batch; of losses that are means over samples, what it adds to the mean. */
export function computeSampleLosses(
  { logits, labels, numClasses }: LabelledLogits,
  setting: LossSetting,
): Float32Array {
  const { tf } = runtime();
  const loss = createLoss(setting, numClasses);
  return Float32Array.from({ length: logits.length / numClasses }, (_, position) => {
    const [from, to] = [position * numClasses, (position + 1) * numClasses];
    const shape: [number, number] = [1, numClasses];
    const tensors = [
      tf.tensor2d(logits.subarray(from, to), shape),
      tf.tensor2d(Float32Array.from(labels.subarray(from, to)), shape),
    ] as const;
    const { value, gradient } = loss.compute(...tensors);
    const result = value.dataSync()[0] as number;
    tf.dispose([...tensors, value, gradient]);
    return result;
  });
}
