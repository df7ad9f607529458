import { beforeAll, describe, expect, it } from "vitest";
import { createLoss } from "../../../src/training/losses/create-loss.ts";
import { archNames, describeBody, listUnits } from "../../../src/training/models/architecture.ts";
import { createNetwork, type Network, type NetworkOptions } from "../../../src/training/models/network.ts";
import { createRule } from "../../../src/training/optimizers/create-rule.ts";
import { createOptimizer } from "../../../src/training/optimizers/optimizer.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { uploadFloats } from "../../../src/training/runtime/upload.ts";
import { createRandom } from "../../../src/util/random.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

const head = { pool: "concat", hidden: [16], dropout: 0.5 } as const;
const thin: NetworkOptions = { arch: "resnet18", numChannels: 4, numClasses: 3, head, seed: 1, width: 4 };
const learningRates = [0.01, 0.01, 0.01] as const;

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

/** Eight images; whether a channel is bright decides its label. */
function toyBatch() {
  const random = createRandom("toy batch");
  const labels = Float32Array.from({ length: 8 * 3 }, () => (random.uniform() < 0.5 ? 0 : 1));
  const images = Float32Array.from({ length: 8 * 32 * 32 * 4 }, (_, index) => {
    const [sample, channel] = [Math.floor(index / (32 * 32 * 4)), index % 4];
    return random.normal() + (channel < 3 ? 2 * (labels[sample * 3 + channel] as number) : 0);
  });
  return { images: uploadFloats(images, [8, 32, 32, 4]), labels: uploadFloats(labels, [8, 3]) };
}

function train(network: Network, numSteps: number): number[] {
  const loss = createLoss({ type: "focal" }, 5);
  const optimizer = createOptimizer(createRule({ type: "adam" }), network.parameters);
  const batch = toyBatch();
  const losses = Array.from({ length: numSteps }, (_, step) => {
    const pass = network.computeGradients(batch, loss, step);
    optimizer.step(pass.gradients, { learningRates, clipNorm: 1 });
    const value = pass.loss.dataSync()[0] as number;
    pass.loss.dispose();
    return value;
  });
  optimizer.dispose();
  tf.dispose([batch.images, batch.labels]);
  return losses;
}

describe("parameters", () => {
  // torchvision 0.14.1, counted without fc; with four channels and fastai's head of 28 classes.
  const expected = {
    resnet18: [11_176_512, 11_721_884],
    resnet34: [21_284_672, 21_830_044],
    resnet50: [23_508_032, 25_632_412],
    resnet101: [42_500_160, 44_624_540],
    resnet152: [58_143_808, 60_268_188],
  } as const;

  it.each(archNames)("%s has as many as torchvision's", (arch) => {
    const count = (numChannels: number) =>
      listUnits(describeBody({ arch, numChannels })).reduce(
        (sum, { kernel, inputs, outputs }) => sum + kernel * kernel * inputs * outputs + 2 * outputs,
        0,
      );
    const pooled = 2 * describeBody({ arch, numChannels: 4 }).numFeatures;
    const inHead = 2 * pooled + (pooled + 1) * 512 + 2 * 512 + (512 + 1) * 28;
    expect([count(3), count(4) + inHead]).toEqual(expected[arch]);
  });

  it("splits ResNet-34 into groups as fastai does", () => {
    const network = createNetwork({
      ...thin,
      arch: "resnet34",
      numClasses: 28,
      width: 64,
      head: { ...head, hidden: [512] },
    });
    const sizes = [0, 0, 0];
    for (const { group, variable } of network.parameters) {
      sizes[group] = (sizes[group] ?? 0) + variable.shape.reduce((product, length) => product * length, 1);
    }
    network.dispose();
    expect(sizes).toEqual([1_351_040, 19_936_768, 542_236]);
  });
});

describe.each(["resnet18", "resnet50"] as const)("training a thin %s", (arch) => {
  it("lowers the loss on a toy set", () => {
    const network = createNetwork({ ...thin, arch, head: { ...head, dropout: 0 } });
    const losses = train(network, 12);
    network.dispose();
    expect(losses.at(-1)).toBeLessThan(0.6 * (losses[0] as number));
  });

  it("gives the same numbers for the same seed, others for another", () => {
    const run = (seed: number) => {
      const network = createNetwork({ ...thin, arch, seed });
      const losses = train(network, 2);
      network.dispose();
      return losses;
    };
    const first = run(1);
    expect(run(1)).toEqual(first);
    expect(run(2)).not.toEqual(first);
  });

  it("leaks no tensor", () => {
    const before = tf.memory().numTensors;
    const network = createNetwork({ ...thin, arch });
    train(network, 1);
    const afterOne = tf.memory().numTensors;
    train(network, 2);
    const batch = toyBatch();
    tf.dispose([network.predict(batch.images), batch.images, batch.labels]);
    expect(tf.memory().numTensors).toBe(afterOne);
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("a frozen body", () => {
  it("keeps its weights and statistics while the head trains", () => {
    const network = createNetwork(thin);
    const read = () => [
      ...network.parameters.map(
        ({ name, variable }) => [name, tf.tidy(() => variable.read().dataSync().join())] as const,
      ),
      ...network.statistics.map(({ name, value }) => [name, value.dataSync().join()] as const),
    ];
    const before = read();
    network.freeze("body");
    train(network, 1);
    const after = new Map(read());
    network.dispose();
    const changed = before.filter(([name, values]) => after.get(name) !== values).map(([name]) => name);
    const inHead = before.map(([name]) => name).filter((name) => name.startsWith("head."));
    expect(changed.sort()).toEqual(inHead.sort());
  });
});
