import { describeBody } from "../models/architecture.ts";
import { describeHead, type HeadLayerSpec, type HeadOptions } from "../models/head.ts";
import type { ModelDescription } from "../trained-model.ts";
import { type NamedArray, type NamedArrays, sizeOf } from "../weights/named-arrays.ts";

/** A model as timm loads it: `timm.create_model("local-dir:FOLDER", pretrained=True)`. */
export interface TimmModel {
  /** `config.json`. */
  readonly config: object;
  /** `model.safetensors`: names and shapes of timm's network. */
  readonly network: NamedArrays;
  /**
   * `head.safetensors`, where the head has hidden layers, which timm's networks do not: for
   * `nn.Sequential(BatchNorm1d, Dropout, Linear, ReLU, BatchNorm1d, Dropout, Linear)`, applied to what `network` gives.
   */
  readonly head: NamedArrays | undefined;
}

/** timm's `catavgmax` puts the mean first and the maximum after it, fastai's head the other way round. */
const poolNames = { concat: "catavgmax", average: "avg" } as const satisfies Record<HeadOptions["pool"], string>;

/** Brings a model into timm's form. A head without hidden layers becomes timm's classifier `fc`, its batch norm folded in. */
export function toTimm(model: ModelDescription, weights: NamedArrays): TimmModel {
  const { numFeatures } = describeBody({ arch: model.arch, numChannels: model.channels.length });
  const layers = describeHead(model.head, { numFeatures, numClasses: model.numClasses });
  const body = new Map([...weights].filter(([name]) => !name.startsWith("head.")));
  const arranged = model.head.pool === "concat" ? swapHalves(weights, layers[0] as HeadLayerSpec) : weights;
  if (layers.length === 1) {
    const classifier = foldNorm(arranged, layers[0] as HeadLayerSpec);
    return { config: configOf(model, numFeatures), network: new Map([...body, ...classifier]), head: undefined };
  }
  return { config: configOf(model, numFeatures), network: body, head: sequential(arranged, layers) };
}

function configOf(model: ModelDescription, numFeatures: number): object {
  const { arch, channels, size, normalize, head, classNames } = model;
  const numClasses = head.hidden.length === 0 ? model.numClasses : 0;
  const pool = poolNames[head.pool];
  return {
    architecture: arch,
    num_classes: numClasses,
    num_features: numFeatures,
    global_pool: pool,
    model_args: { in_chans: channels.length, num_classes: numClasses, global_pool: pool },
    pretrained_cfg: {
      input_size: [channels.length, size, size],
      fixed_input_size: false,
      interpolation: "bilinear",
      crop_pct: 1,
      crop_mode: "squash",
      ...normalize,
      num_classes: numClasses,
      first_conv: "conv1",
      classifier: "fc",
      ...(classNames !== null && numClasses > 0 && { label_names: classNames }),
    },
  };
}

/** With the halves of the head's first inputs in the other order. */
function swapHalves(weights: NamedArrays, { norm, linear }: HeadLayerSpec): NamedArrays {
  const swapped = new Map(weights);
  for (const name of [...normParts.map((part) => `${norm}.${part}`), `${linear}.weight`]) {
    const { shape, values } = arrayOf(weights, name);
    const length = shape.at(-1) as number;
    const start = (index: number) => index - (index % length);
    const moved = values.map((_, index) => values[start(index) + ((index + length / 2) % length)] as number);
    swapped.set(name, { shape, values: moved });
  }
  return swapped;
}

/** Linear after batch norm as one linear: weight · s and bias + weight · (b - s · mean), s being the norm's scale, in double precision. */
function foldNorm(weights: NamedArrays, { norm, linear, inputs, outputs }: HeadLayerSpec): NamedArrays {
  const [scale, offset, mean, variance] = normParts.map((part) => arrayOf(weights, `${norm}.${part}`).values) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const factor = Float64Array.from(scale, (value, input) => value / Math.sqrt((variance[input] as number) + 1e-5));
  const shift = Float64Array.from(
    offset,
    (value, input) => value - (factor[input] as number) * (mean[input] as number),
  );
  const { values } = arrayOf(weights, `${linear}.weight`);
  const bias = Float64Array.from(arrayOf(weights, `${linear}.bias`).values);
  const folded = values.map((weight, index) => {
    const [output, input] = [Math.floor(index / inputs), index % inputs];
    bias[output] = (bias[output] as number) + weight * (shift[input] as number);
    return weight * (factor[input] as number);
  });
  return new Map([
    ["fc.weight", { shape: [outputs, inputs], values: folded }],
    ["fc.bias", { shape: [outputs], values: Float32Array.from(bias) }],
  ]);
}

/** Under the names of PyTorch's Sequential, which counts dropout and ReLU too. */
function sequential(weights: NamedArrays, layers: readonly HeadLayerSpec[]): NamedArrays {
  return new Map(
    layers.flatMap(({ norm, linear }, index) => [
      ...normParts.map((part) => [`${4 * index}.${part}`, arrayOf(weights, `${norm}.${part}`)] as const),
      ...["weight", "bias"].map((part) => [`${4 * index + 2}.${part}`, arrayOf(weights, `${linear}.${part}`)] as const),
    ]),
  );
}

const normParts = ["weight", "bias", "running_mean", "running_var"] as const;

function arrayOf(weights: NamedArrays, name: string): NamedArray {
  const array = weights.get(name);
  if (array === undefined || array.values.length !== sizeOf(array.shape))
    throw new Error(`the network has no array ${name}`);
  return array;
}
