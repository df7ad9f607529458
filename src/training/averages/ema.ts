import type { Network } from "../models/network.ts";
import { dtype, execute } from "../runtime/execute.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import { createVariable, type Variable } from "../runtime/variable.ts";
import type { NamedArray, NamedArrays } from "../weights/named-arrays.ts";

export interface EmaOptions {
  readonly decay: number;
  /** Begins with smaller decays. */
  readonly warmup: boolean;
}

/** An exponential moving average of a network's weights and running statistics, on the device. */
export interface Ema {
  /** Takes the present weights in. `numSteps` counts the optimizer's steps, from 1. */
  update(numSteps: number): void;
  /** Does `work` while the network has the averaged weights and statistics. */
  lend<Result>(work: () => Promise<Result>): Promise<Result>;
  /** As `readNetwork` gives them. */
  read(): NamedArrays;
  write(arrays: NamedArrays): void;
  dispose(): void;
}

/**
 * timm's ModelEmaV3: average += (1 - decay) · (value - average); the first step copies. With a warm-up, the decay is
 * 1 - step^(-2/3), up to its end value.
 */
export function decayAt(numSteps: number, { decay, warmup }: EmaOptions): number {
  const step = numSteps - 1;
  if (step <= 0) return 0;
  return warmup ? Math.min(1 - (1 + step) ** (-2 / 3), decay) : decay;
}

/** Begins at the network's present weights. */
export function createEma(network: Network, options: EmaOptions): Ema {
  const averages = new Map<string, Variable>();
  for (const [name, value] of readAll(network)) {
    averages.set(name, createVariable(value));
    value.dispose();
  }

  return {
    update(numSteps) {
      const share = 1 - decayAt(numSteps, options);
      for (const [name, value] of readAll(network)) {
        moveTowards(averages.get(name) as Variable, value, share);
        value.dispose();
      }
    },
    async lend(work) {
      const own = readAll(network);
      try {
        assignAll(network, (name) => (averages.get(name) as Variable).read());
        return await work();
      } finally {
        assignAll(network, (name) => own.get(name) as Tensor);
      }
    },
    read() {
      const arrays = new Map<string, NamedArray>();
      for (const [name, variable] of averages) {
        const value = variable.read();
        arrays.set(name, { shape: variable.shape, values: value.dataSync() as Float32Array });
        value.dispose();
      }
      return arrays;
    },
    write(arrays) {
      for (const [name, variable] of averages) {
        const array = arrays.get(name);
        if (!array) throw new Error(`the checkpoint has no average of ${name}`);
        const value = runtime().tf.tensor(array.values, [...array.shape]);
        variable.assign(value);
        value.dispose();
      }
    },
    dispose() {
      for (const variable of averages.values()) variable.dispose();
    },
  };
}

/** All weights and statistics, without copies; the caller disposes of them. */
function readAll({ parameters, statistics }: Network): Map<string, Tensor> {
  return new Map([
    ...parameters.map(({ name, variable }) => [name, variable.read()] as const),
    ...statistics.map(({ name, value }) => [name, value.clone()] as const),
  ]);
}

/** Takes over what `tensorOf` gives. */
function assignAll({ parameters, statistics }: Network, tensorOf: (name: string) => Tensor): void {
  for (const { name, variable } of parameters) {
    const value = tensorOf(name);
    variable.assign(value);
    value.dispose();
  }
  for (const { name, replace } of statistics) replace(tensorOf(name));
}

/** average -= share · (average - value) */
function moveTowards(average: Variable, value: Tensor, share: number): void {
  const { tf } = runtime();
  const before = average.read();
  const difference = tf.sub(before, value);
  // Whoever still holds the average makes TensorFlow copy it before the change.
  before.dispose();
  const rate = tf.scalar(share);
  const attributes = { T: dtype("float32"), use_locking: false };
  execute("ResourceApplyGradientDescent", attributes, [average.handle, rate, difference], 0);
  tf.dispose([difference, rate]);
}
