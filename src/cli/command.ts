import type { OptionName, OptionValues } from "./options.ts";

/** The process around a command. */
export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder in which the process was started. */
  readonly workingFolder: string;
  /** The folder of this package, which says its version. */
  readonly packageFolder: string;
  /** The schemas of the build that runs; those of the package may be newer already. */
  readonly schemaFolder: string;
  /** Program and first arguments that start pipe again, for the processes of stages. */
  readonly self: readonly [string, ...string[]];
  /** Calls back for each SIGINT, SIGTERM and SIGHUP; returns the function that stops listening. */
  readonly onInterrupt: (callback: (signal: NodeJS.Signals) => void) => () => void;
}

/** What a command is called with. */
export interface Invocation {
  readonly positionals: readonly string[];
  readonly options: OptionValues;
  /** The project's folder: where pipe was started, or `--directory`; absolute. */
  readonly folder: string;
  readonly isColored: boolean;
  /** All there are, for the help. */
  readonly commands: readonly CommandDefinition[];
  readonly io: Io;
}

/** Does a command's work; returns the exit code. */
export type RunCommand = (invocation: Invocation) => Promise<ExitCode>;

/** 0 done, 1 a stage failed, 2 the request or the pipeline is wrong, 70 internal error, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 70 | 130;

/** A line of the table of commands. */
export interface CommandDefinition {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One sentence. */
  readonly summary: string;
  /** Names of its arguments, e.g. `["FILE"]`; in brackets when optional. */
  readonly positionals: readonly string[];
  readonly options: readonly OptionName[];
  /** Not shown in the help. */
  readonly isHidden?: boolean;
  /** Loads the command's code, which nothing else loads: `pipe --version` has to be quick. */
  readonly load: () => Promise<RunCommand>;
}
