import type { Palette } from "./palette.ts";

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `missing` is not needed by everybody; `wrong` keeps something from working. */
  readonly state: "good" | "missing" | "wrong";
  readonly text: string;
  /** What to do. */
  readonly remedy?: string;
}

/** A line for each check, its remedy below it. */
export function renderChecks(checks: readonly Check[], { green, yellow, red, dim }: Palette): string {
  const marks = { good: green("✓"), missing: yellow("–"), wrong: red("✗") } as const;
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(({ name, state, text, remedy }) => {
      const line = `${marks[state]} ${name.padEnd(width)}  ${text}\n`;
      return remedy === undefined ? line : `${line}  ${" ".repeat(width)}  ${dim(remedy)}\n`;
    })
    .join("");
}
