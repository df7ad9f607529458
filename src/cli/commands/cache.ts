import type { ExitCode, Invocation } from "../command.ts";
import { rejectAction } from "../reject-action.ts";
import { withInterrupts } from "../with-interrupts.ts";
import { collectGarbage } from "./cache/collect.ts";
import { listCache } from "./cache/list.ts";
import { pin, unpin } from "./cache/pin.ts";
import { pushCache } from "./cache/push.ts";
import { verifyCache } from "./cache/verify.ts";

const actions = { ls: listCache, verify: verifyCache, gc: collectGarbage, pin, unpin, push: pushCache };

/** Shows and keeps up the cache of results. */
export async function cache(invocation: Invocation): Promise<ExitCode> {
  const [name = ""] = invocation.positionals;
  if (!Object.hasOwn(actions, name)) return rejectAction("cache", Object.keys(actions), invocation);
  return withInterrupts(invocation, (signal) => actions[name as keyof typeof actions](invocation, signal));
}
