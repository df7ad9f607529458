import { dtype, execute, executeOne } from "../runtime/execute.ts";
import { runtime, type Tensor } from "../runtime/load.ts";

export interface SortedRows {
  readonly values: Tensor;
  /** int32: where each value was. */
  readonly order: Tensor;
  /** int32: where each value of the unsorted row is now. */
  readonly inverse: Tensor;
}

/** Sorts each row of `[m, n]`, the greatest first, of equals the one that comes first. All results belong to the caller. */
export function sortDescending(x: Tensor): SortedRows {
  const { tf } = runtime();
  const [values, order] = topAll(x) as [Tensor, Tensor];
  // The positions in the order of where they belong; float32 holds all integers up to 2^24.
  const places = tf.tidy(() => tf.neg(tf.cast(order, "float32")));
  const [ordered, inverse] = topAll(places) as [Tensor, Tensor];
  tf.dispose([places, ordered]);
  return { values, order, inverse };
}

/** Row i of the result has the elements of row i of `x` (float32) at the positions in row i of `indices` (int32). */
export function gatherRows(x: Tensor, indices: Tensor): Tensor {
  const axis = runtime().tf.scalar(1, "int32");
  const types = { Tparams: dtype("float32"), Tindices: dtype("int32"), Taxis: dtype("int32") };
  // tf.gather would read the indices back from the device to check them.
  const result = executeOne("GatherV2", { batch_dims: 1, ...types }, [x, indices, axis]);
  axis.dispose();
  return result;
}

function topAll(x: Tensor): Tensor[] {
  const count = runtime().tf.scalar(x.shape[1] as number, "int32");
  const results = execute("TopKV2", { sorted: true, T: dtype("float32") }, [x, count], 2);
  count.dispose();
  return results;
}
