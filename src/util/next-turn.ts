import { setImmediate } from "node:timers/promises";

/** Lets signals, timers and finished reads have their turn: computing on the device keeps the process busy. */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}
