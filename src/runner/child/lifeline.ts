import { Socket } from "node:net";

/** A connection to the runner whose end tells of the runner's death. */
export interface Lifeline {
  /** Resolves when the runner has closed its end, which it does only by dying. */
  readonly closed: Promise<void>;
  send(line: string): void;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Opens the connection on a file descriptor that the runner handed down, as a rule 3. */
export function openLifeline(descriptor: number): Lifeline {
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
    send(line) {
      if (socket.writable) socket.write(line);
    },
    async close() {
      if (!socket.writable) return;
      await Promise.race([new Promise<void>((resolve) => socket.end(resolve)), closed]);
    },
  };
}
