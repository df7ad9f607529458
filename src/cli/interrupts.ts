import { setMaxListeners } from "node:events";
import type { Io } from "./command.ts";

/** The user's wish to stop, once and for good. */
export interface Interrupts {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Aborted by the second. */
  readonly killSignal: AbortSignal;
  stop(): void;
}

/** A terminal and its shell may both send the signal of one Ctrl-C; that is still one. */
const samePressMs = 300;

export function listenForInterrupts(io: Io, onFirst: (signal: NodeJS.Signals) => void): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  // Every stage that runs or waits listens, and a pipeline may have a thousand.
  setMaxListeners(0, first.signal, second.signal);
  let firstAt = 0;
  const stop = io.onInterrupt((name) => {
    if (first.signal.aborted) {
      if (performance.now() - firstAt > samePressMs) second.abort(`asked again to stop (${name})`);
      return;
    }
    firstAt = performance.now();
    onFirst(name);
    first.abort(`asked to stop (${name})`);
  });
  return { signal: first.signal, killSignal: second.signal, stop };
}
