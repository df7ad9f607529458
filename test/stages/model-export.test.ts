import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadNpy, saveNpy } from "../../src/data/npy.ts";
import { savePredictions } from "../../src/data/predictions.ts";
import { modelExport } from "../../src/stages/model-export.ts";
import { prepareImages, uploadImages } from "../../src/training/augment/prepare-images.ts";
import type { HeadOptions } from "../../src/training/models/head.ts";
import type { Network } from "../../src/training/models/network.ts";
import { type ModelDescription, saveModel } from "../../src/training/trained-model.ts";
import { createRandom } from "../../src/util/random.ts";
import {
  createReferenceNetwork,
  fixturesFolder,
  numChannels,
  referenceBatch,
  relativeError,
} from "../reference/networks.ts";
import { providePython } from "../rig/python-packages.ts";
import { loadTestTensorflow } from "../rig/tensorflow.ts";
import { createRecordingStage, type RecordingStage } from "./recording-stage.ts";

const python = await providePython("onnxruntime", ["onnxruntime==1.32.0", "numpy"]);
const skipReason = python.type === "missing" ? ` (skipped: ${python.reason})` : "";

const archNames = ["resnet18", "resnet34", "resnet50"] as const;

/** What timm_models.py saw when it loaded the exported folders in timm. */
const { models } = JSON.parse(readFileSync(new URL("timm.json", fixturesFolder), "utf8")) as {
  models: Record<(typeof archNames)[number], TimmResult>;
};

interface TimmResult {
  readonly pool: HeadOptions["pool"];
  readonly hidden: readonly number[];
  readonly sha256: Readonly<Record<string, string>>;
  readonly logits: readonly number[];
}

const folder = mkdtempSync(join(tmpdir(), "pipe-export-"));
beforeAll(async () => {
  await loadTestTensorflow();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(archNames)("a %s", (arch) => {
  const { pool, hidden, sha256, logits } = models[arch];
  const normalize = { mean: [0.1, 0.2, 0.3, 0.4], std: [0.2, 0.25, 0.3, 0.35] };
  let network: Network;
  let stage: RecordingStage<{ model: string }>;

  beforeAll(async () => {
    network = createReferenceNetwork({ arch, width: 64, hidden, pool });
    const own = join(folder, arch);
    const model = join(own, "model");
    await mkdir(model, { recursive: true });
    await saveModel(model, describeModel({ arch, normalize, head: { pool, hidden, dropout: 0.5 } }), network);
    const outputs = { onnx: "model.onnx", mlflow: "mlflow/", timm: "timm/" };
    stage = createRecordingStage({ with: { model }, folder: own, environment: {}, outputs });
    await modelExport.run(stage);
  });
  afterAll(() => network.dispose());

  it("is the folder that timm has loaded, byte for byte, with the same logits", () => {
    const timm = stage.output("timm");
    const digest = (name: string) =>
      createHash("sha256")
        .update(readFileSync(join(timm, name)))
        .digest("hex");
    expect(Object.fromEntries(readdirSync(timm).map((name) => [name, digest(name)]))).toEqual(sha256);
    const { images, labels } = referenceBatch(64, 2);
    const own = network.predict(images);
    expect(relativeError(own.dataSync(), logits)).toBeLessThan(1e-4);
    for (const tensor of [images, labels, own]) tensor.dispose();
  });

  it.skipIf(python.type === "missing")(
    `gives the same in onnxruntime, whatever the size and the number of images${skipReason}`,
    async () => {
      for (const [numImages, height, width] of [
        [3, 64, 64],
        [1, 96, 80],
      ] as const) {
        const pixels = drawPixels(numImages * height * width * numChannels);
        const shape = { numImages, height, width };
        const found = await runOnnx(stage.output("onnx"), toChannelsFirst(pixels, shape), shape);
        const expected = predictOwn(network, pixels, { ...shape, normalize });
        expect(relativeError(found.logits, expected)).toBeLessThan(1e-4);
        const probabilities = expected.map((logit) => 1 / (1 + Math.exp(-logit)));
        expect(relativeError(found.probabilities, probabilities)).toBeLessThan(1e-4);
      }
    },
  );
});

it.skipIf(python.type === "missing")(
  `the deepest network, and what the how-to page shows, work in onnxruntime and numpy${skipReason}`,
  async () => {
    const own = join(folder, "page");
    const outputs = (stage: string) => join(own, "runs", "latest", "stages", stage, "outputs");
    const model = join(own, "model");
    await mkdir(model, { recursive: true });
    const network = createReferenceNetwork({ arch: "resnet152", width: 64, hidden: [16], pool: "concat" });
    const normalize = { mean: [0.1, 0.1, 0.1, 0.1], std: [0.2, 0.2, 0.2, 0.2] };
    const head = { pool: "concat", hidden: [16], dropout: 0 } as const;
    await saveModel(model, describeModel({ arch: "resnet152", normalize, head }), network);
    const paths = { onnx: "model.onnx", mlflow: "mlflow/", timm: "timm/" };
    const stage = createRecordingStage({ with: { model }, folder: own, environment: {}, outputs: paths });
    await modelExport.run(stage);
    await mkdir(outputs("export"), { recursive: true });
    await rename(stage.output("onnx"), join(outputs("export"), "model.onnx"));
    const expected = predictOwn(network, new Uint8Array(64 * 64 * numChannels), { ...square, normalize });
    network.dispose();

    const predictions = join(outputs("predict"), "predictions");
    await mkdir(predictions, { recursive: true });
    const table = { logits: Float32Array.of(1, 2, 3, 4), probabilities: Float32Array.of(0.1, 0.2, 0.3, 0.4) };
    await savePredictions(predictions, { ids: ["b", "a"], numClasses: 2, classNames: null, ...table, labels: null });

    const page = readFileSync(join(import.meta.dirname, "../../docs/how-to/use-the-model-elsewhere.md"), "utf8");
    const blocks = [...page.matchAll(/```python\n([\s\S]*?)```/g)].map(([, block]) => block as string);
    const [onnx, numpy] = ["onnxruntime.InferenceSession", "predictions.json"].map((word) =>
      blocks.find((block) => block.includes(word)),
    );
    const show = (...names: string[]) => `print(json.dumps([${names.map((name) => `${name}.tolist()`).join()}]))\n`;
    const [logits] = await runPython(own, `${onnx}${show("logits", "probabilities")}`);
    expect(relativeError((logits as number[][])[0] ?? [], expected)).toBeLessThan(1e-4);
    const script = `${numpy}print(json.dumps([ids, logits.tolist(), probabilities.shape]))\n`;
    expect(await runPython(own, script)).toEqual([
      ["b", "a"],
      [
        [1, 2],
        [3, 4],
      ],
      [2, 2],
    ]);
  },
);

const square = { numImages: 1, height: 64, width: 64 };

async function runPython(directory: string, script: string): Promise<readonly unknown[]> {
  if (python.type === "missing") throw new Error(python.reason);
  const { stdout } = await promisify(execFile)(python.python, ["-c", script], { cwd: directory });
  return JSON.parse(stdout) as readonly unknown[];
}

interface Shape {
  readonly numImages: number;
  readonly height: number;
  readonly width: number;
}

function describeModel(parts: Pick<ModelDescription, "arch" | "normalize" | "head">): ModelDescription {
  return {
    version: 1,
    channels: ["red", "green", "blue", "yellow"],
    numClasses: 28,
    classNames: null,
    size: 64,
    augment: null,
    epoch: 1,
    metrics: {},
    ...parts,
  };
}

function drawPixels(count: number): Uint8Array {
  const random = createRandom("pixels");
  return Uint8Array.from({ length: count }, () => random.integer() % 256);
}

/** [n, h, w, c] → [n, c, h, w] */
function toChannelsFirst(pixels: Uint8Array, { height, width }: Shape): Uint8Array {
  const area = height * width;
  return Uint8Array.from(pixels, (_, index) => {
    const [image, rest] = [Math.floor(index / (numChannels * area)), index % (numChannels * area)];
    const [channel, pixel] = [Math.floor(rest / area), rest % area];
    return pixels[(image * area + pixel) * numChannels + channel] as number;
  });
}

async function runOnnx(model: string, images: Uint8Array, { numImages, height, width }: Shape) {
  if (python.type === "missing") throw new Error(python.reason);
  const results = mkdtempSync(join(folder, "onnx-"));
  const input = join(results, "images.npy");
  await saveNpy(input, { values: images, shape: [numImages, numChannels, height, width] });
  const script = join(import.meta.dirname, "..", "reference", "run_onnx.py");
  await promisify(execFile)(python.python, [script, model, input, results]);
  const read = async (name: string) => (await loadNpy(join(results, `${name}.npy`), "float32")).values;
  return { logits: await read("logits"), probabilities: await read("probabilities") };
}

function predictOwn(
  network: Network,
  bytes: Uint8Array,
  { numImages, height, width, normalize }: Shape & Pick<ModelDescription, "normalize">,
): Float32Array {
  // The batch's own shape is square; any other is that of its bytes.
  const flat = uploadImages({ bytes, numImages: numImages * height * width, size: 1, numChannels });
  const images = flat.reshape([numImages, height, width, numChannels]);
  const prepared = prepareImages(images, normalize);
  const logits = network.predict(prepared);
  const values = logits.dataSync() as Float32Array;
  for (const tensor of [flat, images, prepared, logits]) tensor.dispose();
  return values;
}
