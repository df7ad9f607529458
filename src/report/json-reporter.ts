import { formatEventLine } from "../base/event-line.ts";
import type { Reporter } from "./reporter.ts";

/** Every event as one line of JSON, and nothing else. */
export function createJsonReporter(write: (text: string) => void): Reporter {
  return {
    handle: (event) => write(`${formatEventLine(event)}\n`),
    close: async () => {},
    abort: () => {},
  };
}
