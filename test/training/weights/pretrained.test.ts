import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { createNetwork, type Network } from "../../../src/training/models/network.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { adaptFirstFilter } from "../../../src/training/weights/first-filter.ts";
import { toTorchvisionName } from "../../../src/training/weights/key-naming.ts";
import type { NamedArray } from "../../../src/training/weights/named-arrays.ts";
import { exportWeights, importPretrained, importWeights } from "../../../src/training/weights/network-weights.ts";
import { fixturesFolder, type ReferenceNetwork, referenceWeights, relativeError } from "../../reference/networks.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

const fixture = JSON.parse(readFileSync(new URL("first-filter.json", fixturesFolder), "utf8")) as {
  filter: number[];
  timm: Record<string, number[]>;
};
const filter: NamedArray = { shape: [2, 3, 2, 2], values: Float32Array.from(fixture.filter) };
/** One output's filter of red, green or blue. */
const part = (source: number): number[] => fixture.filter.slice(source * 4, source * 4 + 4);

describe("the first layer's filter", () => {
  const channelOf = (channels: string[], rule: string, index: number) => {
    const { shape, values } = adaptFirstFilter(filter, channels, rule);
    expect(shape).toEqual([2, channels.length, 2, 2]);
    return [...values.slice(index * 4, index * 4 + 4)];
  };
  const rgby = ["red", "green", "blue", "yellow"];

  it.each(["1", "4", "5"])("for %s channels by timm is timm's", (count) => {
    const channels = Array.from({ length: Number(count) }, (_, index) => `c${index}`);
    expect(relativeError(adaptFirstFilter(filter, channels, "timm").values, fixture.timm[count] ?? [])).toBeLessThan(
      1e-6,
    );
  });

  it("gives a further channel zeros, a copy or a mean", () => {
    expect(channelOf(rgby, "zeros", 3)).toEqual([0, 0, 0, 0]);
    expect(channelOf(rgby, "copy:red", 3)).toEqual(part(0));
    expect(channelOf(rgby, "mean:red,blue", 3)).toEqual(part(0).map((x, k) => (x + (part(2)[k] as number)) / 2));
    expect(channelOf(rgby, "copy:red", 1)).toEqual(part(1));
  });

  it("follows the names of the channels, not their order", () => {
    const channels = ["yellow", "blue", "red", "green"];
    expect([0, 1, 2, 3].map((index) => channelOf(channels, "copy:green", index))).toEqual([
      part(1),
      part(2),
      part(0),
      part(1),
    ]);
  });

  it("takes the first three channels where none has a colour's name", () => {
    expect([0, 1, 2, 3].map((index) => channelOf(["er", "protein", "nuclei", "tubules"], "copy:er", index))).toEqual(
      [0, 1, 2, 0].map(part),
    );
  });

  it("stays as it is for red, green, blue, and for as many channels as it has", () => {
    expect(adaptFirstFilter(filter, ["red", "green", "blue"], "zeros")).toBe(filter);
    const four = { shape: [1, 4, 1, 1], values: Float32Array.of(1, 2, 3, 4) };
    expect(adaptFirstFilter(four, rgby, "zeros")).toBe(four);
  });

  it("says which channels a rule may name", () => {
    expect(() => adaptFirstFilter(filter, rgby, "copy:yellow")).toThrow(/copy:yellow names "yellow"/);
    expect(() => adaptFirstFilter({ shape: [1, 2, 1, 1], values: new Float32Array(2) }, rgby, "zeros")).toThrow(
      /takes 2 channels; the data set has 4/,
    );
  });
});

describe("names", () => {
  it.each([
    ["conv1.weight", "conv1.weight"],
    ["module.layer4.2.bn3.running_var", "layer4.2.bn3.running_var"],
    ["resnet.embedder.embedder.convolution.weight", "conv1.weight"],
    ["resnet.embedder.embedder.normalization.running_mean", "bn1.running_mean"],
    ["resnet.encoder.stages.0.layers.2.layer.1.convolution.weight", "layer1.2.conv2.weight"],
    ["resnet.encoder.stages.3.layers.0.layer.2.normalization.bias", "layer4.0.bn3.bias"],
    ["resnet.encoder.stages.1.layers.0.shortcut.convolution.weight", "layer2.0.downsample.0.weight"],
    ["model.resnet.encoder.stages.1.layers.0.shortcut.normalization.weight", "layer2.0.downsample.1.weight"],
    ["classifier.1.weight", "fc.weight"],
  ])("%s is %s", (name, expected) => {
    expect(toTorchvisionName(name)).toBe(expected);
  });
});

describe("a pretrained body", () => {
  const options: ReferenceNetwork = { arch: "resnet50", width: 4, hidden: [] };
  const pretrained = { channels: ["a", "b", "c", "d"], conv1Init: "zeros", source: "file.safetensors" };
  let tf: Runtime["tf"];
  let network: Network;
  beforeAll(async () => {
    tf = (await loadTestTensorflow()).tf;
    const head = { pool: "average", hidden: [], dropout: 0 } as const;
    network = createNetwork({ arch: "resnet50", width: 4, numChannels: 4, numClasses: 2, head, seed: 7 });
  });

  /** The body's arrays, with what a published file has besides. */
  function published(): Map<string, NamedArray> {
    const body = [...referenceWeights(options)].filter(([name]) => !name.startsWith("head."));
    const counter = ["bn1.num_batches_tracked", { shape: [], values: Float32Array.of(5) }] as const;
    const classifier = ["fc.weight", { shape: [1000, 128], values: new Float32Array(128_000) }] as const;
    return new Map<string, NamedArray>([...body, counter, classifier]);
  }

  it("gets all of its arrays from a file; the classifier is left out, the head stays", () => {
    const headBefore = exportWeights(network).get("head.0.linear.weight");
    const report = importPretrained(network, published(), pretrained);
    expect(report).toEqual({ numLoaded: 53 * 5, ignored: ["fc.weight"] });
    const exported = exportWeights(network);
    for (const [name, array] of referenceWeights(options))
      if (!name.startsWith("head.")) expect(exported.get(name)).toEqual(array);
    expect(exported.get("head.0.linear.weight")).toEqual(headBefore);
  });

  it("lists missing and unexpected arrays", () => {
    const arrays = published();
    arrays.delete("layer1.0.bn1.bias");
    arrays.set("layer9.0.conv1.weight", { shape: [1], values: new Float32Array(1) });
    expect(() => importPretrained(network, arrays, pretrained)).toThrow(
      /file\.safetensors does not fit the network: 1 missing \(layer1\.0\.bn1\.bias\); 1 unexpected \(layer9\.0\.conv1\.weight\)/,
    );
  });

  it("names the array whose shape is wrong, in the file's own layout", () => {
    const arrays = published();
    arrays.set("layer1.0.conv1.weight", { shape: [8, 4, 1, 1], values: new Float32Array(32) });
    expect(() => importPretrained(network, arrays, pretrained)).toThrow(
      /layer1\.0\.conv1\.weight has the shape \[8, 4, 1, 1\]; the network's is \[4, 4, 1, 1\]/,
    );
  });

  it("comes back from its own export with the same logits", () => {
    const twin = createNetwork({ ...network.options, seed: 8 });
    const images = tf.fill([1, 32, 32, 4], 0.5);
    const logits = () => [network, twin].map((one) => tf.tidy(() => [...one.predict(images).dataSync()]));
    expect(logits()[1]).not.toEqual(logits()[0]);
    importWeights(twin, exportWeights(network), "the export");
    expect(logits()[1]).toEqual(logits()[0]);
    images.dispose();
    twin.dispose();
  });
});
