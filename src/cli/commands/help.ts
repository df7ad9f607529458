import { findNearestName } from "../../util/nearest-name.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { renderCommandHelp, renderOverview } from "../help-text.ts";

export async function help({ positionals, commands, io }: Invocation): Promise<ExitCode> {
  const [name] = positionals;
  if (name === undefined) {
    io.stdout.write(renderOverview(commands));
    return 0;
  }
  const command = commands.find((one) => one.name === name || one.aliases?.includes(name));
  if (command === undefined) {
    const names = commands.filter((one) => !one.isHidden).map((one) => one.name);
    const nearest = findNearestName(name, names);
    const guess = nearest === undefined ? `Commands: ${names.join(", ")}` : `Did you mean "${nearest}"?`;
    io.stderr.write(`error PIPE301 pipe has no command "${name}"\n${guess}\n`);
    return 2;
  }
  io.stdout.write(renderCommandHelp(command));
  return 0;
}
