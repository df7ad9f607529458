import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Terminal } from "@xterm/headless";
import { createDeferred } from "../../src/util/deferred.ts";
import { projectEnvironment } from "./project.ts";

const script = fileURLToPath(new URL("pseudo-terminal.py", import.meta.url));
/** Of the control sequences by which the script says what happened. */
const ownSequence = 7770;

/** Against hanging only, and longer than anything takes on a busy machine. */
const patienceMs = 120_000;
const ofTerminal = { TERM: "xterm-256color", CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined };

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A program on a terminal, whose window is a real emulator's. */
export interface TerminalRig extends AsyncDisposable {
  /** The lines of the window. */
  screen(): string[];
  /** These, and those that have left it at the top. */
  history(): string[];
  isCursorShown(): boolean;
  /** Resolves with the window as soon as it is as wanted. Rejects when the program ends without. */
  waitFor(isWanted: (screen: readonly string[]) => boolean): Promise<string[]>;
  type(keys: string): void;
  /** Gives the window another size between two writes of the program's. */
  resize(size: TerminalSize): Promise<void>;
  /** The exit code. */
  readonly ended: Promise<number>;
}

export interface TerminalOptions extends TerminalSize {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export function openTerminal(command: readonly string[], { columns, rows, folder, env }: TerminalOptions): TerminalRig {
  const window = createWindow({ columns, rows });
  const ended = createDeferred<number>();
  const child = spawn("python3", [script, String(columns), String(rows), ...command], {
    cwd: folder,
    env: { ...projectEnvironment(folder), ...ofTerminal, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const checks = new Set<() => void>();
  let isEnded = false;
  let frozen = createDeferred<void>();
  window.terminal.parser.registerOscHandler(ownSequence, (said) => {
    const [word, code] = said.split(" ");
    if (word === "frozen") frozen.resolve();
    if (word === "ended") {
      isEnded = true;
      ended.resolve(Number(code));
    }
    return true;
  });
  child.stdout.on("data", (data: Uint8Array) => {
    window.terminal.write(data, () => {
      for (const check of [...checks]) check();
    });
  });
  child.stdin.on("error", () => {});
  const order = (line: string): void => {
    child.stdin.write(`${line}\n`);
  };
  return {
    screen: window.screen,
    history: window.history,
    isCursorShown: window.isCursorShown,
    ended: ended.promise,
    waitFor(isWanted) {
      return new Promise((resolve, reject) => {
        const end = (problem?: string): void => {
          clearTimeout(timer);
          checks.delete(check);
          if (problem === undefined) resolve(window.screen());
          else reject(new Error(`${problem}, and the window is:\n${window.history().join("\n")}`));
        };
        const check = (): void => {
          if (window.isInFrame()) return;
          if (isWanted(window.screen())) end();
          else if (isEnded) end("the program ended");
        };
        const timer = setTimeout(() => end("what was waited for did not come"), patienceMs);
        checks.add(check);
        check();
      });
    },
    type: (keys) => order(`type ${Buffer.from(keys).toString("hex")}`),
    async resize(size) {
      frozen = createDeferred();
      order("freeze");
      await frozen.promise;
      window.terminal.resize(size.columns, size.rows);
      order(`thaw ${size.columns} ${size.rows}`);
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null)
        await new Promise((resolve) => child.once("close", resolve));
      window.terminal.dispose();
    },
  };
}

/** The window of a terminal emulator, and what it shows. */
export function createWindow({ columns, rows }: TerminalSize) {
  const terminal = new Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  let isCursorShown = true;
  let isInFrame = false;
  for (const [final, isShown] of [
    ["h", true],
    ["l", false],
  ] as const)
    terminal.parser.registerCsiHandler({ prefix: "?", final }, (params) => {
      if (params[0] === 25) isCursorShown = isShown;
      if (params[0] === 2026) isInFrame = isShown;
      return false;
    });
  const readLines = (from: number, to: number): string[] => {
    const lines: string[] = [];
    for (let index = from; index < to; index += 1)
      lines.push(terminal.buffer.active.getLine(index)?.translateToString(true) ?? "");
    return lines;
  };
  return {
    terminal,
    isCursorShown: () => isCursorShown,
    /** Whether what is to be seen at once has come in part. */
    isInFrame: () => isInFrame,
    screen: () => readLines(terminal.buffer.active.baseY, terminal.buffer.active.baseY + terminal.rows),
    history: () => readLines(0, terminal.buffer.active.length),
    write: (text: string) => new Promise<void>((resolve) => terminal.write(text, resolve)),
  };
}
