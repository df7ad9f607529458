import type { WaitReason } from "../base/event.ts";
import { unreachable } from "../util/unreachable.ts";
import { formatDuration } from "./quantities.ts";

/** What a stage waits for, e.g. `for a GPU`. */
export function describeWait(reason: WaitReason): string {
  switch (reason.type) {
    case "resources":
      return `for ${reason.lacking.map(nameResource).join(" and ")}`;
    case "machine":
      return `process ${reason.pid} on ${reason.host} has ${nameResource(reason.lacking)}`;
    case "result":
      return `process ${reason.pid} on ${reason.host} makes the same result`;
    case "orphan":
      return `process ${reason.pid} of a run that was killed still has to end`;
    case "inputs":
      return `until ${reason.numFiles.toLocaleString("en")} files of ${reason.path} are read, which are new or changed`;
    case "retry":
      return `${formatDuration(reason.delayMs)} before try ${reason.retry} of ${reason.times} more, since it failed: ${reason.failure.message}`;
    default:
      return unreachable(reason);
  }
}

/** That there are more stages than processors goes without saying. */
export function isNews(reason: WaitReason): boolean {
  return reason.type !== "resources" || reason.lacking.some((name) => name !== "cpu" && name !== "stages");
}

/** Tokens carry their name: `token database`. */
function nameResource(name: string): string {
  if (name === "gpu") return "a GPU";
  if (name === "cpu") return "a processor";
  return name === "stages" ? "another stage to end" : name.replace(/^token /, "the token ");
}
