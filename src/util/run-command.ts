import { spawn } from "node:child_process";

export interface CommandOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
  /** Ends the command, and makes the promise reject with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** The exit code; `undefined` when the command was not found or a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The command could not be started: it is not installed. */
  readonly missing: boolean;
}

/** Runs a command without a shell and collects what it prints. Rejects only when aborted. */
export function runCommand(
  command: string,
  args: readonly string[],
  { environment, folder, signal }: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...environment },
      cwd: folder,
      signal,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", (error) => {
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code: undefined, stdout, stderr: stderr || error.message, missing: true });
    });
    child.on("close", (code) => resolve({ code: code ?? undefined, stdout, stderr, missing: false }));
  });
}
