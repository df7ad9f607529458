/** How it stands with a stage, as far as its row is concerned. */
export type RowState =
  /** Not begun, or waits for no more than its turn. */
  | "to-come"
  /** For a reason that is worth saying. */
  | "waiting"
  | "running"
  | "done"
  | "cached"
  | "failed"
  | "interrupted"
  | "skipped"
  /** It was not begun, for a stage that it needs failed or the run was interrupted. */
  | "blocked";

/** What a row says. */
export interface Row {
  readonly name: string;
  readonly state: RowState;
  /** What stands behind the name; it may be coloured. */
  readonly text: string;
  /** How much is done, from 0 to 1; undefined while nobody can tell. */
  readonly fraction: number | undefined;
}

/** Whether a row says no more from now on. */
export function hasEnded(state: RowState): boolean {
  return state !== "to-come" && state !== "waiting" && state !== "running";
}
