import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { createLoss } from "../../../src/training/losses/create-loss.ts";
import type { Network } from "../../../src/training/models/network.ts";
import { createRule, type OptimizerSetting } from "../../../src/training/optimizers/create-rule.ts";
import { createOptimizer } from "../../../src/training/optimizers/optimizer.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { toTorchLayout } from "../../../src/training/weights/layout.ts";
import { importWeights } from "../../../src/training/weights/network-weights.ts";
import { loadSafetensors, saveSafetensors } from "../../../src/training/weights/safetensors.ts";
import {
  createRandomNetwork,
  createReferenceNetwork,
  fixturesFolder,
  numClasses,
  readFixture,
  referenceBatch,
  referenceWeights,
  relativeError,
} from "../../reference/networks.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

const fixture = readFixture();
const loss = createLoss({ type: "focal", gamma: 2 }, numClasses);

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

describe("logits", () => {
  it.each(["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"] as const)(
    "of %s are torchvision's, weights from a safetensors file",
    async (arch) => {
      const folder = await mkdtemp(join(tmpdir(), "pipe-weights-"));
      const file = join(folder, "weights.safetensors");
      const options = { arch, width: 64, hidden: [512] };
      await saveSafetensors(file, referenceWeights(options));
      const network = createRandomNetwork(options);
      importWeights(network, await loadSafetensors(file), file);
      await rm(folder, { recursive: true });

      const { images, labels } = referenceBatch(64, 2);
      const logits = network.predict(images);
      expect(relativeError(logits.dataSync(), fixture.logits[arch])).toBeLessThan(1e-4);
      tf.dispose([images, labels, logits]);
      network.dispose();
    },
    240_000,
  );
});

describe("gradients", () => {
  it.each(["resnet18", "resnet50"] as const)("of every parameter of a thin %s are PyTorch's", async (arch) => {
    const { width, size, batch: count, loss: expectedLoss } = fixture.gradients[arch];
    const network = createReferenceNetwork({ arch, width, hidden: [16] });
    const batch = referenceBatch(size, count);
    const pass = network.computeGradients(batch, loss, 0);
    expect(relativeError(pass.loss.dataSync(), [expectedLoss])).toBeLessThan(1e-5);

    const expected = await loadSafetensors(
      fileURLToPath(new URL(`resnet-${arch}-gradients.safetensors`, fixturesFolder)),
    );
    expect(network.parameters.map(({ name }) => name).sort()).toEqual([...expected.keys()].sort());
    const errors = [...pass.gradients.entries()].map(([name, gradient]) => {
      const { values } = toTorchLayout({ shape: gradient.shape, values: gradient.dataSync() as Float32Array });
      return { name, error: relativeError(values, expected.get(name)?.values ?? []) };
    });
    expect(errors.filter(({ error }) => !(error < 1e-3))).toEqual([]);
    pass.gradients.dispose();
    tf.dispose([batch.images, batch.labels, pass.loss]);
    network.dispose();
  });
});

it("running statistics after three batches are PyTorch's, with the unbiased variance", () => {
  const network = createReferenceNetwork({ arch: "resnet18", width: 4, hidden: [16] });
  const batch = referenceBatch(64, 6);
  for (let step = 0; step < 3; step += 1) {
    const pass = network.computeGradients(batch, loss, step);
    pass.gradients.dispose();
    pass.loss.dispose();
  }
  const errors = network.statistics.map(({ name, value }) => ({
    name,
    error: relativeError(value.dataSync(), fixture.runningStatistics[name] ?? []),
  }));
  expect(errors).toHaveLength(Object.keys(fixture.runningStatistics).length);
  expect(errors.filter(({ error }) => !(error < 1e-4))).toEqual([]);
  tf.dispose([batch.images, batch.labels]);
  network.dispose();
});

/**
 * Of the fixture's seven. Later the two may go apart: a unit that is zero but for rounding is on one side of ReLU here and on the other
 * there, by the processor's instructions, and gradients jump (AdamW's by 3 % in the fourth, on one without AVX-512).
 */
const numFreeSteps = 3;

describe("six steps, three with a frozen body, with parameter groups and clipping", () => {
  const settings: Readonly<Record<keyof typeof fixture.training, OptimizerSetting>> = {
    adam: { type: "adam" },
    "adam with decay": { type: "adam", weight_decay: 3e-2 },
    adamw: { type: "adamw", weight_decay: 1e-2 },
    sgd: { type: "sgd", momentum: 0.9, weight_decay: 1e-3 },
  };

  it.each(Object.keys(settings) as (keyof typeof settings)[])("%s follows PyTorch", (name) => {
    const network = createReferenceNetwork({ arch: "resnet18", width: 8, hidden: [16] });
    network.freeze("body");
    const frozen = train(network, settings[name], { learningRates: [0, 0, 1e-2], numSteps: 3 });
    network.freeze("none");
    const free = train(network, settings[name], { learningRates: [2e-5, 2e-4, 5e-3], numSteps: numFreeSteps });
    network.dispose();
    const { losses, norms } = fixture.training[name];
    const ours = [...frozen, ...free];
    expect(
      ours.map((one, step) => Math.abs(one.loss - (losses[step] as number))).filter((error) => !(error < 1e-3)),
    ).toEqual([]);
    expect(
      ours.map((one, step) => Math.abs(one.norm / (norms[step] as number) - 1)).filter((error) => !(error < 5e-3)),
    ).toEqual([]);
  });

  function train(
    network: Network,
    setting: OptimizerSetting,
    { learningRates, numSteps }: { learningRates: readonly [number, number, number]; numSteps: number },
  ) {
    const optimizer = createOptimizer(createRule(setting), network.parameters);
    const batch = referenceBatch(64, 8);
    const trace = Array.from({ length: numSteps }, (_, step) => {
      const pass = network.computeGradients(batch, loss, step);
      const value = pass.loss.dataSync()[0] as number;
      pass.loss.dispose();
      const { gradientNorm } = optimizer.step(pass.gradients, { learningRates, clipNorm: 1 });
      return { loss: value, norm: gradientNorm as number };
    });
    optimizer.dispose();
    tf.dispose([batch.images, batch.labels]);
    return trace;
  }
});
