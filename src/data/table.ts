import { readFile } from "node:fs/promises";
import { CsvError, parse } from "csv-parse/sync";
import { fail } from "../base/failure.ts";
import { findNearestName } from "../util/nearest-name.ts";

/** A table read from CSV (RFC 4180, UTF-8, a header line). */
export interface Table {
  readonly path: string;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  readonly values: Readonly<Record<string, string>>;
  /** In the file, from 1. */
  readonly line: number;
}

/** Reads a table; a file that is none is a failure that names file and line. */
export async function loadTable(path: string): Promise<Table> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) =>
    fail(
      "input",
      `${path} cannot be read: ${error.code ?? error.message}.`,
      "Check the path; it should be a CSV file.",
    ),
  );
  try {
    // With `info`, each record comes with the place where it stood, which the package's types leave out.
    const records = parse(text, { bom: true, info: true, skip_empty_lines: true }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    const [header, ...rest] = records;
    if (!header) return fail("input", `${path} is empty; a header line was expected.`);
    const columns = header.record;
    const rows = rest.map(({ record, info }) => ({
      values: Object.fromEntries(columns.map((column, index) => [column, record[index] ?? ""])),
      line: info.lines,
    }));
    return { path, columns, rows };
  } catch (error) {
    if (error instanceof CsvError) return fail("input", `${path} is not a sound CSV file: ${error.message}.`);
    throw error;
  }
}

/** Fails unless the table has the column. */
export function requireColumn(table: Table, column: string): void {
  if (table.columns.includes(column)) return;
  const nearest = findNearestName(column, table.columns);
  const guess = nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
  fail(
    "configuration",
    `${table.path} has no column "${column}".`,
    `Its columns: ${table.columns.join(", ")}.${guess}`,
  );
}
