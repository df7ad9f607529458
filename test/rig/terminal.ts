import { spawn } from "node:child_process";
import { once } from "node:events";
import { type CommandOptions, entry, type ProjectRig } from "./project.ts";

/** Runs a program on a terminal of 100 × 30, as Python gives it one, and prints what that shows. */
const terminal = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";

/** What `pipe` draws on a terminal, with the control sequences that move the cursor taken out. */
export async function draw(
  project: ProjectRig,
  args: readonly string[],
  { env = {} }: CommandOptions = {},
): Promise<{ code: number; text: string }> {
  const command = ["/bin/sh", "-c", 'stty cols 100 rows 30; exec "$@"', "sh", process.execPath, entry, ...args];
  const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...environment } = process.env;
  const child = spawn("python3", ["-c", terminal, ...command], {
    cwd: project.folder,
    env: { ...environment, TERM: "xterm-256color", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  const [code] = await once(child, "close");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with one
  return { code, text: text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replaceAll("\r", "") };
}
