import { findNearestName } from "../../util/nearest-name.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { commands, findCommand } from "../commands.ts";
import { renderCommandHelp, renderOverview } from "../help-text.ts";

export async function help({ positionals, io }: Invocation): Promise<ExitCode> {
  const [name] = positionals;
  if (name === undefined) {
    io.stdout.write(renderOverview());
    return 0;
  }
  const command = findCommand(name);
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
