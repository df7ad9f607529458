import { csvField } from "../../data/csv-field.ts";
import type { EpochRecord } from "./history.ts";

/** The table `classes.csv`: one row an epoch and class. */
export function toClassTable(history: readonly EpochRecord[], classNames: readonly string[] | null): string {
  const rows = history.flatMap(({ epoch, validation }) =>
    validation.classes.map(({ precision, recall, f1, averagePrecision, support }, label) =>
      [epoch, label, csvField(classNames?.[label] ?? ""), precision, recall, f1, averagePrecision, support].join(","),
    ),
  );
  return ["epoch,class,name,precision,recall,f1,average_precision,support", ...rows, ""].join("\n");
}

/** Name of a class's metric: its number and, where it has one, its name in letters that trackers take. */
export function classMetric(label: number, classNames: readonly string[] | null): string {
  const name = classNames?.[label]?.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return name === undefined ? `val_f1/${label}` : `val_f1/${label}_${name}`;
}
