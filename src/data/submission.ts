import { atomicWrite } from "../util/atomic-write.ts";
import { csvField } from "./csv-field.ts";

export interface SubmissionColumns {
  /** Header of the ids, e.g. `Id`. */
  readonly id: string;
  /** Header of the labels, e.g. `Predicted`. */
  readonly target: string;
  /** Between two labels of a sample. */
  readonly separator: string;
}

/** One row of a submission: a sample and the classes predicted for it, ascending. */
export interface SubmissionRow {
  readonly id: string;
  readonly labels: readonly number[];
}

/**
 * Writes a submission: a header, then the rows in the order given, lines ended by LF. Kaggle compares some competitions
 * row by row, so the order must be that of its sample submission.
 */
export async function saveSubmission(
  path: string,
  rows: readonly SubmissionRow[],
  columns: SubmissionColumns,
): Promise<void> {
  await atomicWrite(path, formatLabels(rows, columns));
}

/** A table of labels: a header, then the rows in the order given, lines ended by LF. */
export function formatLabels(rows: readonly SubmissionRow[], columns: SubmissionColumns): string {
  const lines = rows.map(({ id, labels }) => `${csvField(id)},${csvField(labels.join(columns.separator))}\n`);
  return `${csvField(columns.id)},${csvField(columns.target)}\n${lines.join("")}`;
}
