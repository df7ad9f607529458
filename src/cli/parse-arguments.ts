import { parseArgs } from "node:util";
import type { Diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { findNearestName } from "../util/nearest-name.ts";
import type { CommandDefinition } from "./command.ts";
import { globalOptions, type OptionDefinition, type OptionName, type OptionValues, optionTable } from "./options.ts";

export interface ParsedArguments {
  readonly positionals: readonly string[];
  readonly options: OptionValues;
}

/** Parses what follows the command's name, or reports everything that is wrong with it. */
export function parseArguments(
  command: CommandDefinition,
  args: readonly string[],
): Result<ParsedArguments, Diagnostic[]> {
  const allowed: readonly OptionName[] = [...command.options, ...globalOptions];
  const { tokens } = parseArgs({
    args: [...args],
    options: describeForNode(allowed),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const problems: Diagnostic[] = [];
  const values: Record<string, true | string | string[]> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const name = allowed.find((one) => one === token.name);
    if (name === undefined) {
      problems.push(describeUnknownOption(token.rawName, allowed, command));
      continue;
    }
    const problem = addValue(values, name, token.value);
    if (problem !== undefined) problems.push(problem);
  }
  // The value of an option that is unknown looks like an argument.
  const shouldCount = values["help"] !== true && problems.length === 0;
  if (shouldCount) problems.push(...checkPositionals(command, positionals, values["force"] !== undefined));
  // The loop above gives each option the value that the table says.
  return problems.length > 0 ? err(problems) : ok({ positionals, options: values as OptionValues });
}

/** Node takes a value for each option that may have one; an optional one is then a switch that looks at `=`. */
function describeForNode(names: readonly OptionName[]): Record<string, { type: "string" | "boolean"; short?: string }> {
  return Object.fromEntries(
    names.map((name) => {
      const { type, short }: OptionDefinition = optionTable[name];
      return [name, { type: type === "value" ? "string" : "boolean", ...(short === undefined ? {} : { short }) }];
    }),
  );
}

function addValue(
  values: Record<string, true | string | string[]>,
  name: OptionName,
  value: string | undefined,
): Diagnostic | undefined {
  const definition: OptionDefinition = optionTable[name];
  if (definition.type === "switch") {
    if (value !== undefined) return problem("PIPE303", `--${name} takes no value, but got "${value}"`);
    values[name] = true;
    return undefined;
  }
  if (definition.type === "value" && (value === undefined || value === "")) {
    return problem("PIPE303", `--${name} needs a value`, `Write --${name} ${definition.placeholder ?? "VALUE"}.`);
  }
  const before = values[name];
  values[name] = definition.isMultiple ? [...(Array.isArray(before) ? before : []), value ?? ""] : (value ?? "");
  return undefined;
}

function describeUnknownOption(
  rawName: string,
  allowed: readonly OptionName[],
  command: CommandDefinition,
): Diagnostic {
  const nearest = findNearestName(rawName.replace(/^--?/, ""), allowed);
  const suggestion = nearest === undefined ? "" : `Did you mean --${nearest}? `;
  return problem(
    "PIPE302",
    `pipe ${command.name} has no option ${rawName}`,
    `${suggestion}See: pipe help ${command.name}`,
  );
}

function checkPositionals(
  { name, positionals }: CommandDefinition,
  given: readonly string[],
  isForced: boolean,
): Diagnostic[] {
  const numRequired = positionals.filter((one) => !one.startsWith("[")).length;
  const usage = `Usage: ${["pipe", name, ...positionals].join(" ")}`;
  if (given.length < numRequired) return [problem("PIPE304", `pipe ${name} needs ${positionals[given.length]}`, usage)];
  if (given.length <= positionals.length || positionals.at(-1)?.endsWith("...")) return [];
  const extra = given[positionals.length];
  const hint = isForced ? `${usage}. To force one stage: --force=${extra}` : usage;
  return [problem("PIPE304", `pipe ${name} does not know what to do with "${extra}"`, hint)];
}

function problem(code: string, message: string, hint?: string): Diagnostic {
  return { code, severity: "error", message, ...(hint === undefined ? {} : { hint }) };
}
