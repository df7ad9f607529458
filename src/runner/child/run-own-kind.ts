import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FailureError } from "../../base/failure.ts";
import type { StageContext } from "../../stages/stage-kind.ts";
import { toFailure } from "../failure-of-error.ts";
import type { OwnModule } from "../stage-spec.ts";
import { loadOwnKind } from "./load-own-kind.ts";

/** Runs a stage kind of the user's. What it throws is its own fault, and is reported with the place in its file. */
export async function runOwnKind(module: OwnModule, context: StageContext<never>): Promise<void> {
  const kind = await loadOwnKind(module);
  try {
    await kind.run(context);
  } catch (error) {
    // A full disk is nobody's bug.
    if (context.signal.aborted || toFailure(error).cause !== "internal") throw error;
    throw describeFault(error, module);
  }
}

function describeFault(error: unknown, { file, folder }: OwnModule): FailureError {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const own = pathToFileURL(join(folder, "/")).href;
  const frame = stack.split("\n").find((line) => line.includes(own));
  const place = /file:\/\/(\S+:\d+:\d+)\)?$/.exec(frame ?? "")?.[1];
  const message = `${place === undefined ? file : decodeURI(place)}: ${text}`;
  return new FailureError({ cause: "command", message, ...(stack === "" ? {} : { detail: stack }) }, { cause: error });
}
