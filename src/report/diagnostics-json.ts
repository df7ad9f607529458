import type { Diagnostic } from "../base/diagnostic.ts";

/** Diagnostics for editors and scripts: one JSON object, its form told by `version`. */
export function renderDiagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  return `${JSON.stringify({ version: 1, diagnostics }, undefined, 2)}\n`;
}
