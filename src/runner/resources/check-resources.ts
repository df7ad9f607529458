import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Stage } from "../../pipeline/pipeline.ts";
import { formatBytes } from "../../util/format-bytes.ts";
import { locationOf } from "../locations.ts";
import type { Capacity } from "./capacity.ts";
import { countOf, toAmounts, tokenName } from "./demand.ts";

/** Finds the stages that ask for more than there ever is, and would wait for ever. */
export function checkResources(stages: readonly Stage[], capacity: Capacity): Diagnostic[] {
  return stages.flatMap((stage) =>
    [...toAmounts(stage.execution.resources, capacity)].flatMap(([name, amount]): Diagnostic[] => {
      const most = countOf(name, capacity);
      if (amount <= most) return [];
      const token = tokenName(name);
      const asks = `stage "${stage.id}" asks for ${describeAmount(name, amount)}`;
      return [
        {
          code: "PIPE202",
          severity: "error",
          message: `${asks}, and there ${most === 1 ? "is" : "are"} ${most === 0 ? "none" : describeNumber(name, most)}`,
          location: locationOf(stage, `resources.${token === undefined ? name : `tokens.${token}`}`),
          hint:
            token === undefined
              ? "Ask for less, or run it where there is more. Limits come from the machine, resources: at the top of the document, and PIPE_RESOURCES."
              : `Say how many there are at the top of the document: resources: { tokens: { ${token}: ${amount} } }.`,
        },
      ];
    }),
  );
}

/** e.g. `4 processors`, `8 GB of memory`. */
function describeAmount(name: string, amount: number): string {
  const token = tokenName(name);
  if (token !== undefined) return `${amount} of the token "${token}"`;
  if (name === "memory") return `${formatBytes(amount)} of memory`;
  const word = name === "gpu" ? "GPU" : "processor";
  return `${amount} ${word}${amount === 1 ? "" : "s"}`;
}

function describeNumber(name: string, amount: number): string {
  return name === "memory" ? formatBytes(amount) : String(amount);
}
