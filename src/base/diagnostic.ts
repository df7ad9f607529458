/** A place in a source file; lines and columns count from 1, as editors show them. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** One past the last column, on `endLine`. */
  readonly endLine: number;
  readonly endColumn: number;
}

/** A second place that explains a diagnostic, e.g. where a key stood first. */
export interface RelatedPlace {
  readonly message: string;
  readonly location: SourceRange;
}

/** A mistake in something the user wrote. It is a value, never thrown. */
export interface Diagnostic {
  /** From the table in `base/diagnostic-codes.ts`. */
  readonly code: string;
  readonly severity: "error" | "warning";
  /** What is wrong, and what was expected. */
  readonly message: string;
  /** Absent when no file is at fault, e.g. for a wrong command-line option. */
  readonly location?: SourceRange;
  /** How to put it right: a command, the allowed values, the nearest name. */
  readonly hint?: string;
  readonly related?: readonly RelatedPlace[];
}
