import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs `p.yaml` of a folder anew; the seconds that it takes, and the last line that it prints. */
export async function runPipe(entry, args, { folder, environment }) {
  const begun = performance.now();
  const child = spawn(process.execPath, [entry, "run", "p.yaml", "--force", ...args], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    printed += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`pipe ended with exit code ${code}:\n${printed}`);
  return { seconds: (performance.now() - begun) / 1000, lastLine: printed.trimEnd().split("\n").at(-1) };
}
