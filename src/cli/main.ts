import { setDefaultAutoSelectFamilyAttemptTimeout } from "node:net";
import { resolve } from "node:path";
import type { Diagnostic } from "../base/diagnostic.ts";
import { useProxies } from "../services/proxied-fetch.ts";
import { findNearestName } from "../util/nearest-name.ts";
import type { CommandDefinition, ExitCode, Invocation, Io } from "./command.ts";
import { commands, findCommand } from "./commands.ts";
import { describeCrash } from "./crash-report.ts";
import { parseArguments } from "./parse-arguments.ts";

/**
 * How long one address of a host may take to answer before the next one is tried. Node gives it 250 ms, which a slow line needs for the
 * way alone: of a host with an IPv6 address too, none is reached then where there is no IPv6.
 */
const connectAttemptMs = 3_000;

/** Runs one command line. Never throws: what nobody expected is reported as an internal error. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    io.stderr.write(describeCrash(error, io.packageFolder));
    return 70;
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  useProxies(io.environment);
  setDefaultAutoSelectFamilyAttemptTimeout(connectAttemptMs);
  const [name = "help", ...args] = argv;
  const command = findCommand(toCommandName(name));
  if (command === undefined) return reject([describeUnknownCommand(name)], io, isColored(io, false));
  const parsed = parseArguments(command, args);
  if (!parsed.ok) return reject(parsed.error, io, isColored(io, args.includes("--no-color")));
  const { positionals, options } = parsed.value;
  const invocation: Invocation = {
    positionals,
    options,
    folder: resolve(io.workingFolder, options.directory ?? "."),
    isColored: isColored(io, options["no-color"] === true),
    commands,
    io,
  };
  if (options.help) return explain(command, invocation);
  const run = await command.load();
  return run(invocation);
}

/** The first word may also be one of the options that stand for a command. */
function toCommandName(word: string): string {
  if (word === "--help" || word === "-h") return "help";
  return word === "--version" || word === "-V" ? "version" : word;
}

async function explain(command: CommandDefinition, invocation: Invocation): Promise<ExitCode> {
  const { help } = await import("./commands/help.ts");
  return help({ ...invocation, positionals: [command.name] });
}

function describeUnknownCommand(name: string): Diagnostic {
  const names = commands
    .filter((command) => !command.isHidden)
    .flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  const nearest = findNearestName(name, names);
  // A pipeline's file in the place of a command is the likeliest slip of all.
  const isFile = /\.ya?ml$/.test(name);
  const guess = isFile
    ? `Did you mean: pipe run ${name}`
    : nearest === undefined
      ? `Commands: ${names.join(", ")}`
      : `Did you mean "${nearest}"?`;
  return { code: "PIPE301", severity: "error", message: `pipe has no command "${name}"`, hint: guess };
}

async function reject(diagnostics: readonly Diagnostic[], io: Io, color: boolean): Promise<ExitCode> {
  const { renderDiagnostics } = await import("../report/diagnostics-text.ts");
  io.stderr.write(renderDiagnostics(diagnostics, { sources: new Map(), color }));
  return 2;
}

/** As https://no-color.org and Node's own FORCE_COLOR have it. */
function isColored(io: Io, isSwitchedOff: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR } = io.environment;
  if (isSwitchedOff || NO_COLOR) return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return io.stdout.isTTY === true;
}
