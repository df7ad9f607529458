import type { Failure } from "../base/failure.ts";
import { createPalette } from "../report/palette.ts";
import type { Invocation } from "./command.ts";

/** Writes a failure that belongs to no stage. */
export function reportFailure({ message, hint, detail }: Failure, { io, isColored }: Invocation): void {
  const { red } = createPalette({ isColored });
  const lines = [`${red("failed")}: ${message}`, detail, hint].filter((line) => line !== undefined);
  io.stderr.write(`${lines.join("\n")}\n`);
}
