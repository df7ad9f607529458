import { executeStage } from "../../runner/child/execute-stage.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { findSecrets } from "../find-secrets.ts";
import { hideSecrets } from "../hide-secrets.ts";

/** Where the runner's executor hands down its end of a connection. */
const lifelineDescriptor = 3;

export async function execStage({ positionals, io }: Invocation): Promise<ExitCode> {
  const controller = new AbortController();
  // Also of what a stage prints by itself: its output is its log, which goes to MLflow.
  const secrets = await findSecrets(io.environment);
  for (const stream of [io.stdout, io.stderr]) hideSecrets(stream, secrets);
  const stopListening = io.onInterrupt((signal) => controller.abort(`asked to stop (${signal})`));
  try {
    const end = await executeStage({
      specFile: positionals[0] ?? "",
      lifelineDescriptor,
      environment: io.environment,
      secrets,
      writeLog: (text) => io.stdout.write(text),
      signal: controller.signal,
    });
    return end === "done" ? 0 : end === "failed" ? 1 : 130;
  } finally {
    stopListening();
  }
}
