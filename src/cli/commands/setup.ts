import { describeTensorflow, ensureTensorflow } from "../../services/tensorflow-library.ts";
import { userCacheFolder } from "../../util/user-cache-folder.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { createSetupReport } from "../setup-report.ts";
import { withInterrupts } from "../with-interrupts.ts";

/** Makes TensorFlow ready on this machine; `pipe run` does the same when a pipeline needs it. */
export async function setup(invocation: Invocation): Promise<ExitCode> {
  const { io } = invocation;
  const place = { cacheFolder: userCacheFolder(io.environment), environment: io.environment };
  return withInterrupts(invocation, async (signal) => {
    const wasReady = describeTensorflow(place) !== undefined;
    const report = createSetupReport((line) => void io.stderr.write(`${line}\n`));
    const library = await ensureTensorflow({ ...place, signal, report });
    const state = wasReady ? "is ready" : "is set up";
    io.stdout.write(`TensorFlow ${library.version} ${state}, computing on the ${library.device}: ${library.folder}\n`);
    return 0;
  });
}
