import { type ConvNormSpec, describeBody } from "../models/architecture.ts";
import { describeHead, type HeadOptions } from "../models/head.ts";
import { type ModelDescription, namesOfClasses } from "../trained-model.ts";
import type { NamedArrays } from "../weights/named-arrays.ts";
import { elementTypes, type OnnxModel } from "./onnx.ts";
import { createOnnxGraph, type OnnxGraph } from "./onnx-graph.ts";

/** PyTorch's batch norm. */
const epsilon = { epsilon: { float: 1e-5 } };

/**
 * A trained network as an ONNX model. Takes pixels as they are in a file, `images` uint8 [batch, channels, height, width],
 * and normalises them itself, so that there is no wrong scale to give them in; gives `logits` and `probabilities`, [batch, classes]. Batch, height
 * and width are free. Arrays keep the names and values of the model's safetensors file; runtimes fold batch norm on loading.
 */
export function toOnnx(model: ModelDescription, weights: NamedArrays): OnnxModel {
  const { arch, channels, numClasses } = model;
  const body = describeBody({ arch, numChannels: channels.length });
  const graph = createOnnxGraph(weights);

  let x = addNormalization(graph, model);
  x = addConvNorm(graph, x, body.stem);
  x = graph.add("MaxPool", "maxpool", [x], {
    kernel_shape: { integers: [3, 3] },
    strides: { integers: [2, 2] },
    pads: { integers: [1, 1, 1, 1] },
  });
  for (const { branch, shortcut } of body.blocks) {
    const name = (branch[0] as ConvNormSpec).convolution.replace(/\.conv1$/, "");
    const left = branch.reduce((input, unit) => addConvNorm(graph, input, unit), x);
    const right = shortcut ? addConvNorm(graph, x, shortcut) : x;
    x = graph.add("Relu", `${name}.relu`, [graph.add("Add", `${name}.add`, [left, right])]);
  }
  x = addPooling(graph, x, model.head);
  const layers = describeHead(model.head, { numFeatures: body.numFeatures, numClasses });
  for (const [index, { norm, linear }] of layers.entries()) {
    const active = index === 0 ? x : graph.add("Relu", `head.${index}.relu`, [x]);
    const inputs = [addNorm(graph, active, norm), graph.weight(`${linear}.weight`), graph.weight(`${linear}.bias`)];
    x = graph.add("Gemm", index === layers.length - 1 ? "logits" : linear, inputs, { transB: { integer: 1 } });
  }
  graph.add("Sigmoid", "probabilities", [x]);

  const outcome = { type: "float32", shape: ["batch", numClasses] } as const;
  return {
    name: arch,
    description: `${arch} with normalisation, for independent labels.`,
    nodes: graph.nodes,
    arrays: graph.arrays,
    inputs: [
      {
        name: "images",
        type: "uint8",
        description: `Pixels from 0 to 255, channels ${channels.join(", ")}.`,
        shape: ["batch", channels.length, "height", "width"],
      },
    ],
    outputs: [
      { name: "logits", description: "Before the sigmoid.", ...outcome },
      { name: "probabilities", description: "Of each label by itself; a sample can have several.", ...outcome },
    ],
    metadata: metadataOf(model),
  };
}

/** (v / 255 - mean) / std as one product and one difference, as in training. */
function addNormalization(graph: OnnxGraph, { normalize, channels }: ModelDescription): string {
  const shape = [1, channels.length, 1, 1];
  const { mean, std } = normalize;
  const factor = std.map((value) => 1 / (255 * value));
  const offset = mean.map((value, channel) => value / (std[channel] as number));
  const pixels = graph.add("Cast", "normalize.pixels", ["images"], { to: { integer: elementTypes.float32 } });
  const scaled = graph.add("Mul", "normalize.scaled", [pixels, graph.constant("normalize.factor", shape, factor)]);
  return graph.add("Sub", "normalize", [scaled, graph.constant("normalize.offset", shape, offset)]);
}

function addConvNorm(graph: OnnxGraph, x: string, unit: ConvNormSpec): string {
  const { convolution, norm, kernel, stride, relu } = unit;
  const padding = Math.floor(kernel / 2);
  const convolved = graph.add("Conv", convolution, [x, graph.weight(`${convolution}.weight`)], {
    kernel_shape: { integers: [kernel, kernel] },
    strides: { integers: [stride, stride] },
    pads: { integers: [padding, padding, padding, padding] },
  });
  const normed = addNorm(graph, convolved, norm);
  return relu ? graph.add("Relu", `${norm}.relu`, [normed]) : normed;
}

function addNorm(graph: OnnxGraph, x: string, name: string): string {
  const arrays = ["weight", "bias", "running_mean", "running_var"].map((part) => graph.weight(`${name}.${part}`));
  return graph.add("BatchNormalization", name, [x, ...arrays], epsilon);
}

/** [n, c, h, w] → [n, c], or with maximum and mean side by side [n, 2c]. */
function addPooling(graph: OnnxGraph, x: string, { pool }: HeadOptions): string {
  const average = graph.add("GlobalAveragePool", "pool.average", [x]);
  const pooled =
    pool === "average"
      ? average
      : graph.add("Concat", "pool", [graph.add("GlobalMaxPool", "pool.maximum", [x]), average], {
          axis: { integer: 1 },
        });
  return graph.add("Flatten", "features", [pooled], { axis: { integer: 1 } });
}

function metadataOf(model: ModelDescription): Record<string, string> {
  const { channels, size } = model;
  return {
    channels: JSON.stringify(channels),
    classes: JSON.stringify(namesOfClasses(model)),
    size: String(size),
    input: "uint8 [batch, channels, height, width], pixels from 0 to 255; normalisation is in the model",
  };
}
