import type { ExitCode, Invocation } from "../command.ts";
import { loadVersion } from "../package-version.ts";

export async function version({ io }: Invocation): Promise<ExitCode> {
  io.stdout.write(`${loadVersion(io.packageFolder)}\n`);
  return 0;
}
