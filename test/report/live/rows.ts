import fc from "fast-check";
import type { Row, RowState } from "../../../src/report/live/row.ts";

const states: readonly RowState[] = [
  "to-come",
  "waiting",
  "running",
  "done",
  "cached",
  "failed",
  "interrupted",
  "skipped",
  "blocked",
];

/** Lists of stages as they may stand in the middle of a run. */
export const anyStates = fc.array(fc.constantFrom(...states), { minLength: 1, maxLength: 1000 });

/** The row of a stage, with a name as long as a matrix makes it. */
export function createRow(state: RowState, index: number): Row {
  const name = `train-resnet34@fold=${index % 5},lr=0.00${index},augmentation=strong`;
  return { name, state, text: "512/720 images  132 images/s  4.1 s left  loss 0.412", fraction: 0.7 };
}
