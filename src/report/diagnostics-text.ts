import type { Diagnostic, SourceRange } from "../base/diagnostic.ts";
import { renderCodeFrame } from "./code-frame.ts";
import { createPalette, type Paint } from "./palette.ts";

export interface RenderOptions {
  /** Texts by file, for the frames; a file that is not there gets none. */
  readonly sources: ReadonlyMap<string, string>;
  /** Whether the terminal takes ANSI colours. */
  readonly color: boolean;
}

/** Diagnostics as a person reads them, each with its place, a frame of the source, and how to put it right. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions): string {
  return diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, options).join("\n")}\n`).join("\n");
}

function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions): string[] {
  const { location, severity, code, message, hint, related = [] } = diagnostic;
  const paint = createPalette({ isColored: options.color });
  const mark = severity === "error" ? paint.red : paint.yellow;
  const place = location === undefined ? "" : `${paint.bold(formatPlace(location))} `;
  const lines = [`${place}${mark(severity)} ${paint.dim(code)} ${message}`];
  if (location !== undefined) lines.push(...renderFrame(location, options, mark));
  for (const each of related) {
    lines.push(`  ${paint.bold(formatPlace(each.location))} ${each.message}`);
    lines.push(...renderFrame(each.location, options, paint.cyan).map((line) => `  ${line}`));
  }
  if (hint !== undefined) lines.push(hint);
  return lines;
}

function renderFrame(location: SourceRange, { sources }: RenderOptions, mark: Paint): string[] {
  const text = sources.get(location.file);
  if (text === undefined) return [];
  const [line, marks] = renderCodeFrame(location, text);
  if (line === undefined || marks === undefined) return [];
  return [line, marks.replace(/~+$/, mark)];
}

function formatPlace({ file, line, column }: SourceRange): string {
  return `${file}:${line}:${column}`;
}
