import type { Readable } from "node:stream";
import { parseMetricLine } from "../../base/metric-line.ts";
import type { StageContext } from "../../stages/stage-kind.ts";
import { createLineCutter, type LinePart } from "../../util/cut-lines.ts";
import { findRedactableCut } from "../../util/redact.ts";
import { maxTextLength } from "./shorten-event.ts";

/** Who hears of what a command prints. */
export interface CommandOutput {
  readonly onPart: (part: LinePart) => void;
  /** What is going to be hidden in it, so that no part ends within one. */
  readonly secrets: readonly string[];
}

interface ForwardOptions extends CommandOutput {
  readonly context: StageContext<never>;
  /** The shell's end. */
  readonly ended: Promise<unknown>;
}

/** How long after the shell's end its background processes may be silent before they are given up. */
const quietMs = 500;

/** Characters of a line without end that are held; what an event carries, and what stays behind for the sake of secrets, fit in. */
const heldLength = 4 * maxTextLength;

/**
 * Reads until the stream ends, or until the shell is gone and what it left in the background has nothing to say. A line that no event
 * can carry whole is logged whole all the same, and is no metric.
 */
export async function forwardLines(
  stream: Readable,
  { onPart, secrets, context, ended }: ForwardOptions,
): Promise<void> {
  const cutter = createLineCutter(
    (part) => {
      onPart(part);
      const isWhole = part.beginsLine && part.endsLine && part.text.length <= maxTextLength;
      const metric = isWhole ? parseMetricLine(part.text) : undefined;
      if (metric !== undefined) context.metric(metric.name, metric.value, metric.step);
    },
    { maxLength: heldLength, findCut: (text) => findRedactableCut(text, secrets) },
  );
  let isGivenUp = false;
  let hasEnded = false;
  let timer: NodeJS.Timeout | undefined;
  const giveUp = (): void => {
    isGivenUp = true;
    stream.destroy();
  };
  void ended.then(() => {
    if (!hasEnded) timer = setTimeout(giveUp, quietMs);
  }, giveUp);
  try {
    for await (const text of stream.setEncoding("utf8")) {
      cutter.push(text as string);
      timer?.refresh();
    }
  } catch (error) {
    if (!isGivenUp) throw error;
  } finally {
    hasEnded = true;
    clearTimeout(timer);
  }
  cutter.finish();
}
