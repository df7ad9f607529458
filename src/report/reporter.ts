import type { RunEvent } from "../base/event.ts";
import type { Palette } from "./palette.ts";

/** Tells a person, or a program, how a run goes. */
export interface Reporter {
  handle(event: RunEvent): void;
  /** Writes the end of the report. Called once, when no event follows. */
  close(): Promise<void>;
  /** Ends it without: the run came to no end, and what is written next says why. Does nothing once it is closed. */
  abort(): void;
}

export interface ReporterOptions {
  readonly write: (text: string) => void;
  readonly palette: Palette;
  /** Paths are shown as seen from here. */
  readonly workingFolder: string;
  /** Where the folders of runs are; absolute. */
  readonly runsFolder: string;
  /** Say only what went wrong, and the results. */
  readonly isQuiet: boolean;
}
