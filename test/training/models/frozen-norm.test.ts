import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { createLoss } from "../../../src/training/losses/create-loss.ts";
import type { Network, TrainingBatch } from "../../../src/training/models/network.ts";
import { createRule, type OptimizerSetting } from "../../../src/training/optimizers/create-rule.ts";
import { createOptimizer } from "../../../src/training/optimizers/optimizer.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { createReferenceNetwork, fixturesFolder, numClasses, referenceBatch } from "../../reference/networks.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

/** Results of frozen_norm.py. */
interface FrozenNormFixture {
  readonly learningRates: readonly [number, number, number];
  readonly training: Readonly<
    Record<"adam" | "sgd", { readonly losses: readonly number[]; readonly norms: readonly number[] }>
  >;
}

const fixture: FrozenNormFixture = JSON.parse(readFileSync(new URL("frozen-norm.json", fixturesFolder), "utf8"));
const settings: Readonly<Record<keyof FrozenNormFixture["training"], OptimizerSetting>> = {
  adam: { type: "adam" },
  sgd: { type: "sgd", momentum: 0.9, weight_decay: 1e-3 },
};
const loss = createLoss({ type: "focal", gamma: 2 }, numClasses);

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

const valuesOf = ({ statistics }: Network) => statistics.map(({ value }) => [...value.dataSync()]);

/** The statistics move only as long as batch norm is not frozen. */
function moveStatistics(network: Network, batch: TrainingBatch, numBatches: number): void {
  for (let step = 0; step < numBatches; step += 1) {
    const pass = network.computeGradients(batch, loss, step);
    pass.gradients.dispose();
    pass.loss.dispose();
  }
}

it.each(Object.keys(settings) as (keyof typeof settings)[])(
  "ten steps with frozen batch norm, while all weights train, follow PyTorch's with %s",
  (name) => {
    const network = createReferenceNetwork({ arch: "resnet18", width: 8, hidden: [16] });
    const batch = referenceBatch(64, 8);
    moveStatistics(network, batch, 20);
    const statistics = valuesOf(network);
    network.freeze("none", "freeze");
    const optimizer = createOptimizer(createRule(settings[name]), network.trainableParameters());

    const { losses, norms } = fixture.training[name];
    const errors = losses.map((expectedLoss, step) => {
      const pass = network.computeGradients(batch, loss, step);
      const value = pass.loss.dataSync()[0] as number;
      pass.loss.dispose();
      const { gradientNorm } = optimizer.step(pass.gradients, { learningRates: fixture.learningRates, clipNorm: 1 });
      return { loss: Math.abs(value - expectedLoss), norm: Math.abs((gradientNorm as number) / norms[step]! - 1) };
    });
    expect(errors).toHaveLength(10);
    expect(errors.filter((error) => !(error.loss < 1e-3 && error.norm < 5e-3))).toEqual([]);
    expect(valuesOf(network)).toEqual(statistics);

    // And again, not for ever.
    network.freeze("none");
    moveStatistics(network, batch, 1);
    expect(valuesOf(network)).not.toEqual(statistics);
    optimizer.dispose();
    network.dispose();
    tf.dispose([batch.images, batch.labels]);
  },
);
