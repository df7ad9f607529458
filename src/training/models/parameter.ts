import type { Tensor } from "../runtime/load.ts";
import { createVariable, type Variable } from "../runtime/variable.ts";
import type { ParameterGroup } from "./architecture.ts";

/** A trained array of a network. */
export interface Parameter {
  /** As in the saved model, e.g. `layer1.0.conv1.weight`. */
  readonly name: string;
  readonly group: ParameterGroup;
  readonly variable: Variable;
}

/** Running statistics of a batch norm: saved with the model, not trained. Replaced as a whole by what a kernel returns. */
export interface Statistic {
  readonly name: string;
  /** Owned by the statistic; not to be disposed of. */
  readonly value: Tensor;
  /** The present value, which the caller disposes of. */
  read(): Tensor;
  /** Takes `value` over and disposes of the one before. */
  replace(value: Tensor): void;
}

/** `initial` stays the caller's. */
export function createParameter(name: string, group: ParameterGroup, initial: Tensor): Parameter {
  return { name, group, variable: createVariable(initial) };
}

/** `initial` stays the caller's. */
export function createStatistic(name: string, initial: Tensor): Statistic {
  let value = initial.clone();
  return {
    name,
    get value() {
      return value;
    },
    read: () => value.clone(),
    replace(next) {
      value.dispose();
      value = next;
    },
  };
}
