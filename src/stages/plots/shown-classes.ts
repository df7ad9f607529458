/** Classes that are told apart in one picture. */
const maxShown = 60;

export interface ShownClasses {
  /** All classes or, where there are too many, the most frequent; ascending. */
  readonly classes: readonly number[];
  /** Says which, for the end of a plot's subtitle; empty where they are all. */
  readonly note: string;
}

/** What plots show of so many classes, by how many samples have each. */
export function shownClasses(counts: readonly number[]): ShownClasses {
  const classes = [...counts.keys()];
  if (classes.length <= maxShown) return { classes, note: "" };
  const byCount = classes.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  return {
    classes: byCount.slice(0, maxShown).sort((a, b) => a - b),
    note: `; the ${maxShown} most frequent of ${counts.length} classes`,
  };
}
