import type { RowState } from "./row.ts";

/** Which rows of a long list are shown, and how many of each state are not. */
export interface Arrangement {
  /** Positions in the list, in the order in which they are shown. */
  readonly shown: readonly number[];
  readonly folded: ReadonlyMap<RowState, number>;
}

/** What a user looks for, from top to bottom; rows of other states are only counted. */
const shownStates = ["failed", "running", "waiting"] as const;
/** Which of them comes first where there is not room for one of each. */
const precedence = ["running", "failed", "waiting"] as const;

/** Chooses at most `height` rows of those that are not only counted. When there are more, each state gets as many as the others, as long as it has them. */
export function arrangeRows(states: readonly RowState[], height: number): Arrangement {
  const positions = new Map<RowState, number[]>();
  for (const [index, state] of states.entries()) {
    const known = positions.get(state);
    if (known === undefined) positions.set(state, [index]);
    else known.push(index);
  }
  const quotas = shareRows((state) => positions.get(state)?.length ?? 0, height);
  const folded = new Map<RowState, number>();
  for (const [state, { length }] of positions) {
    const numFolded = length - (quotas.get(state) ?? 0);
    if (numFolded > 0) folded.set(state, numFolded);
  }
  const shown = shownStates.flatMap((state) => (positions.get(state) ?? []).slice(0, quotas.get(state)));
  return { shown, folded };
}

/** One row after the other to each state that has still one to show. */
function shareRows(count: (state: RowState) => number, height: number): ReadonlyMap<RowState, number> {
  const quotas = new Map<RowState, number>(shownStates.map((state) => [state, 0]));
  let numLeft = height;
  for (;;) {
    const hungry = precedence.filter((state) => (quotas.get(state) ?? 0) < count(state));
    if (hungry.length === 0) return quotas;
    for (const state of hungry) {
      if (numLeft <= 0) return quotas;
      quotas.set(state, (quotas.get(state) ?? 0) + 1);
      numLeft -= 1;
    }
  }
}
