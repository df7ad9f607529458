import type { BodySpec, ConvNormSpec } from "./architecture.ts";
import { type ConvNormSetting, createConvNorm, type FoldingLayer } from "./conv-norm.ts";
import { createMaxPool } from "./pooling.ts";
import { createRelu } from "./relu.ts";
import { createResidual } from "./residual.ts";
import { createSequence } from "./sequence.ts";

/** A ResNet without its head: images `[n, h, w, channels]` → features `[n, h/32, w/32, numFeatures]`. */
export function createBody({ stem, blocks }: BodySpec, setting: ConvNormSetting): FoldingLayer {
  const units: FoldingLayer[] = [];
  function createUnit(spec: ConvNormSpec, isFirst = false): FoldingLayer {
    const unit = createConvNorm(spec, { ...setting, isFirst });
    units.push(unit);
    return unit;
  }
  const layers = createSequence([
    createUnit(stem, true),
    createMaxPool(),
    ...blocks.flatMap(({ branch, shortcut }) => [
      createResidual(createSequence(branch.map((unit) => createUnit(unit))), shortcut && createUnit(shortcut)),
      createRelu(),
    ]),
  ]);
  return {
    ...layers,
    fold() {
      for (const unit of units) unit.fold();
    },
    unfold() {
      for (const unit of units) unit.unfold();
    },
  };
}
