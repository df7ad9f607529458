import type { BodySpec, ConvNormSpec } from "./architecture.ts";
import { createBatchNorm } from "./batch-norm.ts";
import { createConvolution } from "./convolution.ts";
import type { Layer } from "./layer.ts";
import { createMaxPool } from "./pooling.ts";
import { createRelu } from "./relu.ts";
import { createResidual } from "./residual.ts";
import { createSequence } from "./sequence.ts";

/** A ResNet without its head: images `[n, h, w, channels]` → features `[n, h/32, w/32, numFeatures]`. */
export function createBody({ stem, blocks }: BodySpec, seed: number): Layer {
  return createSequence([
    createConvNorm(stem, seed, true),
    createMaxPool(),
    ...blocks.flatMap(({ branch, shortcut }) => [
      createResidual(
        createSequence(branch.map((unit) => createConvNorm(unit, seed, false))),
        shortcut && createConvNorm(shortcut, seed, false),
      ),
      createRelu(),
    ]),
  ]);
}

function createConvNorm(spec: ConvNormSpec, seed: number, isFirst: boolean): Layer {
  return createSequence([
    createConvolution({ ...spec, name: spec.convolution, seed, isFirst }),
    createBatchNorm({ name: spec.norm, numChannels: spec.outputs, group: spec.group }),
    ...(spec.relu ? [createRelu()] : []),
  ]);
}
