import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { createEma, decayAt, type EmaOptions } from "../../src/training/averages/ema.ts";
import { recalibrate } from "../../src/training/averages/recalibrate.ts";
import { addToMean } from "../../src/training/averages/swa.ts";
import { readNetwork, writeNetwork } from "../../src/training/checkpoints/network-arrays.ts";
import { createLoss } from "../../src/training/losses/create-loss.ts";
import type { Network } from "../../src/training/models/network.ts";
import { createRule } from "../../src/training/optimizers/create-rule.ts";
import { createOptimizer } from "../../src/training/optimizers/optimizer.ts";
import type { Runtime } from "../../src/training/runtime/load.ts";
import type { NamedArrays } from "../../src/training/weights/named-arrays.ts";
import { createReferenceNetwork, fixturesFolder, referenceBatch, relativeError } from "../reference/networks.ts";
import { loadTestTensorflow } from "../rig/tensorflow.ts";

/** Results of averages.py. */
type Values = Readonly<Record<string, readonly number[]>>;
const fixture: { ema: Record<"constant" | "warmup", Values>; swa: Values } = JSON.parse(
  readFileSync(new URL("averages.json", fixturesFolder), "utf8"),
);

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

const loss = createLoss({ type: "focal", gamma: 2 }, 28);

/** Six steps of the thin network that averages.py trains. */
function train(after: (network: Network, step: number) => void, network = createNetwork()): Network {
  const optimizer = createOptimizer(createRule({ type: "sgd", momentum: 0.9 }), network.parameters);
  const batch = referenceBatch(64, 8);
  for (let step = 1; step <= 6; step += 1) {
    const pass = network.computeGradients(batch, loss, step);
    optimizer.step(pass.gradients, { learningRates: [1e-4, 1e-4, 1e-4] });
    pass.loss.dispose();
    after(network, step);
  }
  optimizer.dispose();
  tf.dispose([batch.images, batch.labels]);
  return network;
}

const createNetwork = () => createReferenceNetwork({ arch: "resnet18", width: 16, hidden: [16] });

function digest(arrays: NamedArrays): string {
  const hash = createHash("sha256");
  for (const [name, { values }] of arrays) hash.update(name).update(values);
  return hash.digest("hex");
}

function expectValues(arrays: NamedArrays, expected: Values): void {
  const errors = Object.entries(expected).map(([name, values]) => ({
    name,
    error: relativeError(arrays.get(name)?.values ?? [], values),
  }));
  expect(errors.filter(({ error }) => !(error < 1e-3))).toEqual([]);
}

describe("the exponential moving average", () => {
  it.each([
    ["constant", { decay: 0.7, warmup: false }],
    ["warmup", { decay: 0.6, warmup: true }],
  ] as const)("is timm's, statistics included (%s)", (name, options: EmaOptions) => {
    const network = createNetwork();
    const ema = createEma(network, options);
    train((_, step) => ema.update(step), network);
    expectValues(ema.read(), fixture.ema[name]);
    ema.dispose();
    network.dispose();
  });

  it("warms up along 1 - step^(-2/3)", () => {
    const decays = [1, 2, 3, 1000, 1e9].map((step) => decayAt(step, { decay: 0.9999, warmup: true }));
    expect(decays).toEqual([0, 1 - 2 ** (-2 / 3), 1 - 3 ** (-2 / 3), expect.closeTo(0.99, 6), 0.9999]);
    expect(decayAt(2, { decay: 0.9, warmup: false })).toBe(0.9);
  });

  it("lends its values and gives the network's own back, without a tensor left", async () => {
    const network = createNetwork();
    const before = tf.memory().numTensors;
    const ema = createEma(network, { decay: 0.5, warmup: false });
    train((_, step) => ema.update(step), network);
    const own = readNetwork(network);
    const averaged = digest(ema.read());
    expect(await ema.lend(async () => digest(readNetwork(network)))).toBe(averaged);
    expect(averaged).not.toBe(digest(own));
    expect(digest(readNetwork(network))).toBe(digest(own));
    ema.write(own);
    expect(digest(ema.read())).toBe(digest(own));
    ema.dispose();
    expect(tf.memory().numTensors).toBe(before);
    network.dispose();
  });
});

it("the mean of weights, with statistics computed anew, is PyTorch's", async () => {
  let mean: NamedArrays = new Map();
  let numAveraged = 0;
  const network = train((trained, step) => {
    if (step < 3) return;
    const names = new Set(trained.parameters.map(({ name }) => name));
    mean = addToMean(mean, new Map([...readNetwork(trained)].filter(([name]) => names.has(name))), numAveraged);
    numAveraged += 1;
  });
  writeNetwork(network, new Map([...readNetwork(network), ...mean]));
  const before = tf.memory().numTensors;
  await recalibrate(network, halves());
  expect(tf.memory().numTensors).toBe(before);
  expectValues(readNetwork(network), fixture.swa);
  network.dispose();
});

async function* halves() {
  const { images, labels } = referenceBatch(64, 8);
  labels.dispose();
  for (const first of [0, 4]) yield tf.slice(images, [first, 0, 0, 0], [4, 64, 64, 4]);
  images.dispose();
}
