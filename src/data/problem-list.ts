import { fail } from "../base/failure.ts";

const numShown = 5;

/** Collects all that is wrong with an input, so that the user hears of everything at once. */
export class ProblemList {
  readonly #groups = new Map<string, string[]>();

  /** `title` groups problems of one kind, e.g. "missing images". */
  add(title: string, problem: string): void {
    const group = this.#groups.get(title);
    if (group) group.push(problem);
    else this.#groups.set(title, [problem]);
  }

  /** Throws a failure that lists the first problems of each kind and counts the rest. */
  failIfAny(summary: string, hint: string): void {
    if (this.#groups.size === 0) return;
    const lines = [...this.#groups].flatMap(([title, problems]) => [
      `${title}: ${problems.length}`,
      ...problems.slice(0, numShown).map((problem) => `  ${problem}`),
      ...(problems.length > numShown ? [`  and ${problems.length - numShown} more`] : []),
    ]);
    fail("input", `${summary}\n${lines.join("\n")}`, hint);
  }
}
