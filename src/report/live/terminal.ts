/** The streams of a process whose output is a terminal. */
export interface TerminalStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** What whoever draws on a terminal has to know of. */
export interface TerminalListener {
  resized(): void;
  /** Something else was written, which would tear what is drawn. */
  stray(text: string): void;
  /** The process ends, of an error or otherwise, and what it still writes comes below. */
  ending(): void;
  /** Ctrl-Z: the shell takes the terminal until it gives it back. */
  suspending(): void;
  resumed(): void;
}

/** A terminal that one part of the process has to itself. */
export interface Terminal {
  write(text: string): void;
  columns(): number;
  rows(): number;
  /** Gives it back. */
  close(): void;
}

export function openTerminal({ stdout, stderr }: TerminalStreams, listener: TerminalListener): Terminal {
  const write = stdout.write.bind(stdout);
  const streams = stderr.isTTY ? [stdout, stderr] : [stdout];
  const restore = streams.map((stream) => divertWrites(stream, listener.stray));
  const suspend = (): void => {
    listener.suspending();
    process.off("SIGTSTP", suspend);
    // Without a listener the signal does what it does by default; where there is no shell to return to, that is nothing.
    process.kill(process.pid, "SIGTSTP");
    setImmediate(() => {
      process.on("SIGTSTP", suspend);
      listener.resumed();
    });
  };
  stdout.on("resize", listener.resized);
  process.on("exit", listener.ending);
  process.on("uncaughtExceptionMonitor", listener.ending);
  process.on("SIGTSTP", suspend);
  return {
    write: (text) => void write(text),
    // A window that is not shown may say 0.
    columns: () => stdout.columns || 80,
    rows: () => stdout.rows || 24,
    close() {
      for (const give of restore) give();
      stdout.off("resize", listener.resized);
      process.off("exit", listener.ending);
      process.off("uncaughtExceptionMonitor", listener.ending);
      process.off("SIGTSTP", suspend);
    },
  };
}

/** Hands what is written to a stream to `take`; returns what ends that. */
function divertWrites(stream: NodeJS.WriteStream, take: (text: string) => void): () => void {
  const { write } = stream;
  const divert = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    take(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
    const callback = rest.find((one) => typeof one === "function");
    if (callback !== undefined) process.nextTick(callback as () => void);
    return true;
  };
  // One function for all the ways in which the method may be called.
  stream.write = divert as typeof stream.write;
  return () => {
    stream.write = write;
  };
}
