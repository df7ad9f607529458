import { FailureError } from "../../base/failure.ts";
import type { Gradients } from "../models/gradients.ts";
import type { Parameter } from "../models/parameter.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import { isOutOfMemory } from "../runtime/out-of-memory.ts";
import { createVariable, type Variable } from "../runtime/variable.ts";
import { clipByGlobalNorm } from "./clip.ts";

/** How one parameter follows its gradient. */
export interface UpdateRule {
  /** Names of the arrays that it keeps for each parameter, zero at first. */
  readonly slots: readonly string[];
  /** `count` is 1 at the first step. Disposes of nothing. */
  update(parameter: Parameter, slots: readonly Variable[], gradient: Tensor, setting: UpdateSetting): void;
}

export interface UpdateSetting {
  readonly learningRate: number;
  readonly count: number;
}

export interface StepSetting {
  /** By parameter group: stem to layer2, layer3 to layer4, head. */
  readonly learningRates: readonly [number, number, number];
  /** Largest global norm of the gradients; larger ones are scaled down. */
  readonly clipNorm?: number;
}

export interface StepResult {
  /** The global norm of the gradients before clipping; measured only when clipping. */
  readonly gradientNorm: number | undefined;
}

/** What is needed to go on as if never stopped. */
export interface OptimizerState {
  readonly count: number;
  /** By `<parameter>/<slot>`. */
  readonly slots: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;
}

/** Changes parameters by their gradients. Its state is kept by parameter name: which others are trained does not matter. */
export interface Optimizer {
  /**
   * One step; frees the gradients. Parameters without a gradient stay as they are. When it runs out of memory, nothing has
   * changed and the step can be tried again; only where parameters were being changed, it is a `FailureError`.
   */
  step(gradients: Gradients, setting: StepSetting): StepResult;
  exportState(): OptimizerState;
  /** Goes on from an exported state of the same kind of optimizer. */
  importState(state: OptimizerState): void;
  dispose(): void;
}

export function createOptimizer(rule: UpdateRule, parameters: readonly Parameter[]): Optimizer {
  const { tf } = runtime();
  const slotsByName = new Map<string, readonly Variable[]>();
  let count = 0;

  function slotsOf({ name, variable }: Parameter): readonly Variable[] {
    const present = slotsByName.get(name);
    if (present) return present;
    const zeros = tf.fill([...variable.shape], 0);
    const slots = rule.slots.map(() => createVariable(zeros));
    zeros.dispose();
    slotsByName.set(name, slots);
    return slots;
  }

  function update(gradients: Gradients, learningRates: StepSetting["learningRates"]): void {
    count += 1;
    for (const parameter of parameters) {
      const gradient = gradients.get(parameter.name);
      if (!gradient) continue;
      rule.update(parameter, slotsOf(parameter), gradient, { learningRate: learningRates[parameter.group], count });
    }
  }

  return {
    step(gradients, { learningRates, clipNorm }) {
      // All that takes much memory comes first: while it can fail, no parameter has changed.
      for (const parameter of parameters) if (gradients.get(parameter.name)) slotsOf(parameter);
      const gradientNorm = clipNorm === undefined ? undefined : clipByGlobalNorm(gradients, clipNorm);
      try {
        update(gradients, learningRates);
      } catch (error) {
        throw isOutOfMemory(error) ? halfUpdated(error) : error;
      }
      gradients.dispose();
      return { gradientNorm };
    },
    exportState() {
      const slots = new Map<string, { shape: readonly number[]; values: Float32Array }>();
      for (const [name, variables] of slotsByName) {
        for (const [index, variable] of variables.entries()) {
          const value = variable.read();
          slots.set(`${name}/${rule.slots[index]}`, {
            shape: variable.shape,
            values: value.dataSync() as Float32Array,
          });
          value.dispose();
        }
      }
      return { count, slots };
    },
    importState(state) {
      count = state.count;
      for (const parameter of parameters) {
        for (const [index, slot] of rule.slots.entries()) {
          const saved = state.slots.get(`${parameter.name}/${slot}`);
          if (!saved) continue;
          const value = tf.tensor(saved.values, [...saved.shape]);
          slotsOf(parameter)[index]?.assign(value);
          value.dispose();
        }
      }
    },
    dispose() {
      for (const variables of slotsByName.values()) for (const variable of variables) variable.dispose();
      slotsByName.clear();
    },
  };
}

function halfUpdated(cause: Error): FailureError {
  const failure = {
    cause: "memory",
    message: "The device ran out of memory while weights were being changed.",
    hint: "Lower micro_batch or size; the next run goes on from the last checkpoint.",
    detail: cause.message,
  } as const;
  return new FailureError(failure, { cause });
}
