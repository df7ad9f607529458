// Training steps and inference of our ResNet-34; prints images per second, and the peak of memory in MB, as JSON: step.mjs ADDON SIZE BATCH STEPS.
import { performance } from "node:perf_hooks";
import { createLoss } from "../../dist/training/losses/create-loss.js";
import { createNetwork } from "../../dist/training/models/network.js";
import { createRule } from "../../dist/training/optimizers/create-rule.js";
import { createOptimizer } from "../../dist/training/optimizers/optimizer.js";
import { loadTensorflow } from "../../dist/training/runtime/load.js";

const [addon, ...numbers] = process.argv.slice(2);
const [size, batch, steps] = numbers.map(Number);
const { tf } = loadTensorflow({ addon, environment: process.env });

const head = { pool: "average", hidden: [], dropout: 0 };
const network = createNetwork({ arch: "resnet34", numChannels: 4, numClasses: 28, head, seed: 1 });
const optimizer = createOptimizer(createRule({ type: "adam" }), network.parameters);
const loss = createLoss({ type: "bce" }, 28);
const images = tf.randomNormal([batch, size, size, 4]);
const labels = tf.cast(tf.less(tf.randomUniform([batch, 28]), 0.1), "float32");

function train(step) {
  const pass = network.computeGradients({ images, labels }, loss, step);
  optimizer.step(pass.gradients, { learningRates: [1e-3, 1e-3, 1e-3], clipNorm: 1 });
  pass.loss.dataSync();
  pass.loss.dispose();
}

let predictor;
function infer() {
  predictor ??= network.createPredictor();
  const logits = predictor.predict(images);
  logits.dataSync();
  logits.dispose();
}

/** By the median step, after three to warm up. */
function imagesPerSecond(run) {
  const seconds = [];
  for (let step = 0; step < steps + 3; step += 1) {
    const start = performance.now();
    run(step);
    seconds.push((performance.now() - start) / 1000);
  }
  const sorted = seconds.slice(3).sort((a, b) => a - b);
  return (2 * batch) / (sorted[(steps - 1) >> 1] + sorted[steps >> 1]);
}

const rates = { train: imagesPerSecond(train), infer: imagesPerSecond(infer) };
console.log(JSON.stringify({ ...rates, memory: process.resourceUsage().maxRSS / 1024 }));
