import { loadSources } from "./load-sources.mjs";
import { banner, code, table } from "./markdown.mjs";

/** docs/reference/cli.md: every command with its options, from the tables that the command line itself is made of. */
export async function generateCliDocs(root) {
  return loadSources(root, ["cli/commands.ts", "cli/help-text.ts", "cli/options.ts"], async (load) => {
    const { commands } = await load("cli/commands.js");
    const { renderOption, usageOf } = await load("cli/help-text.js");
    const { globalOptions, optionTable } = await load("cli/options.js");
    const shown = commands.filter((command) => !command.isHidden);
    const optionRows = (names) => names.map((name) => [code(renderOption(name)), optionTable[name].description]);
    const page = [
      banner("src/cli/commands.ts and src/cli/options.ts"),
      "# Command line\n",
      "`pipe COMMAND [OPTIONS]`. Options of every command:\n",
      table(["option", "effect"], optionRows(globalOptions)),
      ...shown.map((command) => writeCommand(command, { optionRows, usageOf })),
      "\n## Exit codes\n",
      table(
        ["code", "meaning"],
        [
          ["0", "done"],
          ["1", "a stage failed"],
          ["2", "the request or the pipeline is wrong"],
          ["70", "internal error"],
          ["130", "interrupted; the same command goes on"],
        ],
      ),
    ];
    return new Map([["docs/reference/cli.md", `${page.join("\n")}\n`]]);
  });
}

function writeCommand(command, { optionRows, usageOf }) {
  const aliases = command.aliases ? ` Also: ${command.aliases.map((name) => code(`pipe ${name}`)).join(", ")}.` : "";
  const options = command.options.length > 0 ? `\n\n${table(["option", "effect"], optionRows(command.options))}` : "";
  return `\n## pipe ${command.name}\n\n${code(usageOf(command))}\n\n${command.summary}${aliases}${options}`;
}
