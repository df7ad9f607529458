import type { FingerprintChange, StageCause } from "../base/event.ts";
import type { StageId } from "../base/ids.ts";
import type { Json } from "../base/json.ts";
import { shownDigits } from "./cache-list.ts";
import { describeCause, describeChange, describePlace, ofMachine, showValue } from "./cause-words.ts";
import type { Palette } from "./palette.ts";
import { formatDuration } from "./quantities.ts";

/** The runner's `StageExplanation`. */
type StageExplanation =
  | { readonly type: "unknown"; readonly stage: string; readonly waitsFor: readonly StageId[] }
  | { readonly type: "skipped"; readonly stage: string; readonly reason: string }
  | KnownStage;

interface KnownStage {
  readonly type: "known";
  readonly stage: string;
  readonly action: "cached" | "run";
  readonly cause: StageCause;
  readonly fingerprint: string;
  readonly ingredients: readonly {
    readonly path: string;
    readonly value: Json;
    readonly file?: string;
    readonly line?: number;
    readonly set?: string;
  }[];
  readonly sinceLast?: readonly FingerprintChange[];
  readonly nearest?: {
    readonly fingerprint: string;
    readonly stage: string;
    readonly madeBy: string;
    readonly changes: readonly FingerprintChange[];
  };
  readonly made?: { readonly by: string; readonly durationMs: number };
}

/** Why a stage runs or not: the verdict, what changed since its last result and against the nearest one, and all that decides. */
export function renderStageExplanation(explanation: StageExplanation, file: string, palette: Palette): string {
  const { bold, dim } = palette;
  if (explanation.type === "skipped") return `${bold(explanation.stage)} is skipped: ${explanation.reason}\n`;
  if (explanation.type === "unknown") {
    const { stage, waitsFor } = explanation;
    const cause = describeCause({ type: "upstream", stages: waitsFor }, file);
    return `${bold(stage)} may run: it ${cause}.\nAsk for these first: ${waitsFor.map((id) => `pipe why ${id}`).join(", ")}\n`;
  }
  const { stage, action, cause, fingerprint, ingredients, sinceLast, nearest, made } = explanation;
  const verdict =
    action === "run"
      ? `${palette.yellow("runs")}: ${describeCause(cause, file)}`
      : `${palette.cyan("cached")}: ${made === undefined ? "" : `made by ${made.by} in ${formatDuration(made.durationMs)}`}`;
  const blocks = [
    [`${bold(stage)} ${verdict}`, `fingerprint ${fingerprint}`],
    ["Since its last result:", ...renderChanges(sinceLast, file, "there is none in this project")],
    nearest === undefined
      ? ["No other result of this stage kind is in the cache."]
      : [
          `Against the nearest other result in the cache, ${nearest.fingerprint.slice(0, shownDigits)} (${nearest.stage} of ${nearest.madeBy}):`,
          ...renderChanges(nearest.changes, file, ""),
        ],
    ["What decides it:", ...renderIngredients(ingredients, dim)],
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function renderChanges(changes: readonly FingerprintChange[] | undefined, file: string, none: string): string[] {
  if (changes === undefined) return [`  ${none}`];
  return changes.length === 0 ? ["  nothing changed"] : changes.map((change) => `  ${describeChange(change, file)}`);
}

function renderIngredients(ingredients: KnownStage["ingredients"], dim: Palette["dim"]): string[] {
  const width = Math.max(0, ...ingredients.map(({ path }) => path.length));
  return ingredients.map(({ path, value, ...place }) => {
    const shown = ofMachine.test(path) ? "" : `  ${dim(describePlace(place, ""))}`;
    return `  ${path.padEnd(width)}  ${showValue(value)}${shown}`;
  });
}
