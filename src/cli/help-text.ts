import type { CommandDefinition } from "./command.ts";
import { globalOptions, type OptionDefinition, type OptionName, optionTable } from "./options.ts";

/** All commands, a line each. */
export function renderOverview(commands: readonly CommandDefinition[]): string {
  const shown = commands.filter((command) => !command.isHidden);
  const rows = shown.map((command): Row => [usageOf(command).slice("pipe ".length), command.summary]);
  return [
    "pipe runs experiment pipelines: stages from a YAML file, each result kept, every run in MLflow.",
    "",
    "Usage: pipe COMMAND [OPTIONS]",
    "",
    ...renderRows(rows),
    "",
    "Options of a command: pipe help COMMAND",
    "Exit codes: 0 done, 1 a stage failed, 2 the request or the pipeline is wrong, 70 internal error, 130 interrupted.",
    "",
  ].join("\n");
}

/** One command with its options. */
export function renderCommandHelp(command: CommandDefinition): string {
  const options: readonly OptionName[] = [...command.options, ...globalOptions];
  const rows = options.map((name): Row => [renderOption(name), optionTable[name].description]);
  const aliases =
    command.aliases === undefined ? [] : [`Also: ${command.aliases.map((one) => `pipe ${one}`).join(", ")}`];
  return [command.summary, "", `Usage: ${usageOf(command)} [OPTIONS]`, ...aliases, "", ...renderRows(rows), ""].join(
    "\n",
  );
}

/** e.g. `-C, --directory DIR`. */
export function renderOption(name: OptionName): string {
  const { short, type, placeholder }: OptionDefinition = optionTable[name];
  const value =
    type === "switch" ? "" : type === "optional" ? `[=${placeholder ?? "VALUE"}]` : ` ${placeholder ?? "VALUE"}`;
  return `${short === undefined ? "" : `-${short}, `}--${name}${value}`;
}

/** e.g. `pipe run FILE`. */
export function usageOf({ name, positionals }: CommandDefinition): string {
  return ["pipe", name, ...positionals].join(" ");
}

type Row = readonly [left: string, right: string];

function renderRows(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
