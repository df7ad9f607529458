import { dtype, execute, executeOne, shape as shapeAttribute } from "./execute.ts";
import { runtime, type Tensor } from "./load.ts";

const float32 = { dtype: dtype("float32") };
/** TensorFlow's own mark for a variable that lives as long as its handle and has no name. */
const anonymousName = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

/**
 * A float32 array on the device that optimizers change in place (a TensorFlow resource variable). What `read` gives shares
 * its memory: as long as one such tensor lives, the next change copies the array first.
 */
export interface Variable {
  readonly shape: readonly number[];
  /** The resource handle, first input of TensorFlow's `ResourceApply…` ops. */
  readonly handle: Tensor;
  /** The present value, without a copy; the caller disposes of it. */
  read(): Tensor;
  assign(value: Tensor): void;
  dispose(): void;
}

export function createVariable(initial: Tensor): Variable {
  const { tf } = runtime();
  const shape = [...initial.shape];
  const attributes = { ...float32, shape: shapeAttribute(shape), shared_name: anonymousName, container: "" };
  const handle = tf.keep(executeOne("VarHandleOp", attributes, []));
  const assign = (value: Tensor): void => {
    execute("AssignVariableOp", float32, [handle, value], 0);
  };
  assign(initial);
  return {
    shape,
    handle,
    read: () => executeOne("ReadVariableOp", float32, [handle]),
    assign,
    dispose: () => handle.dispose(),
  };
}
