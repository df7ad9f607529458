import { Socket } from "node:net";
import type { StageEvent } from "../../base/event.ts";
import { formatEventLine } from "../../base/event-line.ts";

/** The way from a stage's process to its runner: one JSON object a line. */
export interface EventChannel {
  send(event: StageEvent): void;
  /** Resolves once the runner has taken what was sent, so that a flood of lines does not pile up in memory. */
  drained(): Promise<void>;
  /** Resolves when the runner has closed its end, which it does only by dying. */
  readonly closed: Promise<void>;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Opens the channel on a file descriptor that the runner handed down, as a rule 3. */
export function openEventChannel(descriptor: number): EventChannel {
  const socket = new Socket({ fd: descriptor, readable: true, writable: true });
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
    socket.once("end", () => resolve());
  });
  // A runner that is gone breaks the pipe; `closed` tells of it, and there is nobody left to tell of the error.
  socket.on("error", () => {});
  socket.resume();
  // Waiting for news from the runner alone must not keep the process alive.
  socket.unref();
  return {
    closed,
    send(event) {
      if (socket.writable) socket.write(`${formatEventLine(event)}\n`);
    },
    async drained() {
      if (!socket.writable || !socket.writableNeedDrain) return;
      await Promise.race([new Promise<void>((resolve) => socket.once("drain", () => resolve())), closed]);
    },
    async close() {
      if (!socket.writable) return;
      await Promise.race([new Promise<void>((resolve) => socket.end(resolve)), closed]);
    },
  };
}
