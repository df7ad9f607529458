import type { ProblemList } from "./problem-list.ts";
import { loadTable, requireColumn } from "./table.ts";

export interface LabelsTableOptions {
  readonly csv: string;
  /** Column of the ids. */
  readonly id: string;
  /** Column of the labels. */
  readonly target: string;
  readonly separator: string;
  readonly classes: number;
  /** Ids to leave out. */
  readonly exclude: readonly string[];
}

export interface LabelledIds {
  readonly ids: readonly string[];
  /** Class indices of each id, ascending, each once. */
  readonly labels: readonly (readonly number[])[];
}

/** Reads ids and labels; what is wrong with rows goes to `problems`. */
export async function loadLabels(options: LabelsTableOptions, problems: ProblemList): Promise<LabelledIds> {
  const table = await loadTable(options.csv);
  requireColumn(table, options.id);
  requireColumn(table, options.target);
  const excluded = new Set(options.exclude);
  const seen = new Map<string, number>();
  const ids: string[] = [];
  const labels: number[][] = [];
  for (const { values, line } of table.rows) {
    const id = values[options.id] ?? "";
    if (excluded.has(id)) continue;
    const place = `${table.path}:${line}`;
    const firstLine = seen.get(id);
    if (id === "") problems.add("rows without an id", place);
    if (firstLine !== undefined) problems.add("ids that occur twice", `${place} "${id}", first in line ${firstLine}`);
    seen.set(id, line);
    ids.push(id);
    labels.push(parseLabels(values[options.target] ?? "", place, options, problems));
  }
  return { ids, labels };
}

function parseLabels(
  text: string,
  place: string,
  { separator, classes }: LabelsTableOptions,
  problems: ProblemList,
): number[] {
  const parts = text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const labels = parts.map(Number);
  for (const [index, label] of labels.entries()) {
    if (!Number.isInteger(label))
      problems.add(
        "labels that are not whole numbers",
        `${place} "${parts[index]}" (labels are separated by ${JSON.stringify(separator)})`,
      );
    else if (label < 0 || label >= classes)
      problems.add("labels out of range", `${place} ${label}, expected 0 to ${classes - 1}`);
  }
  return [...new Set(labels)].sort((a, b) => a - b);
}

/** Reads ids alone, in the table's order. */
export async function loadIds(csv: string, idColumn: string, problems: ProblemList): Promise<string[]> {
  const table = await loadTable(csv);
  requireColumn(table, idColumn);
  const seen = new Set<string>();
  return table.rows.map(({ values, line }) => {
    const id = values[idColumn] ?? "";
    if (seen.has(id)) problems.add("ids that occur twice", `${table.path}:${line} "${id}"`);
    seen.add(id);
    return id;
  });
}
