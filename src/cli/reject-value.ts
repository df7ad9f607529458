import type { ExitCode, Invocation } from "./command.ts";
import type { OptionName } from "./options.ts";
import { reportDiagnostics } from "./report-diagnostics.ts";

/** Ends a command of which an option has a value that it cannot have. */
export function rejectValue(name: OptionName, value: string, expected: string, invocation: Invocation): ExitCode {
  const message = `--${name} cannot be "${value}"`;
  const diagnostic = { code: "PIPE303", severity: "error", message, hint: `Expected ${expected}.` } as const;
  reportDiagnostics({ diagnostics: [diagnostic], sources: new Map() }, invocation);
  return 2;
}
