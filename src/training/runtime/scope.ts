import { runtime } from "./load.ts";

/**
 * Does work that may fail half-way: every tensor that it had made by then is freed, unless it was kept (`tf.keep`). What
 * the work gives back when all goes well is as if this function were not there.
 */
export function disposeOnError<Result>(work: () => Result): Result {
  const engine = runtime().tf.engine();
  engine.startScope();
  try {
    const result = work();
    // Those of a scope's tensors that are named as its result outlive it.
    engine.endScope(engine.state.activeScope.track);
    return result;
  } catch (error) {
    engine.endScope();
    throw error;
  }
}
