import type { Diagnostic, RelatedPlace, SourceRange } from "../base/diagnostic.ts";
import type { DiagnosticCode } from "../base/diagnostic-codes.ts";
import { findNearestName } from "../util/nearest-name.ts";
import type { DocumentNode } from "./document-node.ts";

/** Where a check puts the mistakes it finds. */
export type Report = (diagnostic: Diagnostic) => void;

/**
 * Collects mistakes up to a number that nobody reads beyond; each takes time to word, as there may be names to compare. What
 * stands at one place and is met on several ways, through aliases or the combinations of a matrix, is said once.
 */
export interface ProblemList {
  readonly found: readonly Diagnostic[];
  readonly report: Report;
  /** Whether it is time to stop looking. */
  isFull(): boolean;
}

export function createProblemList(limit: number, first: readonly Diagnostic[]): ProblemList {
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  const report: Report = (diagnostic) => {
    const { code, location, message } = diagnostic;
    const key = [code, location?.file, location?.line, location?.column, message].join(" ");
    if (seen.size < seen.add(key).size) found.push(diagnostic);
  };
  for (const each of first) report(each);
  return { found, report, isFull: () => found.length >= limit };
}

interface ProblemDetails {
  readonly hint?: string | undefined;
  readonly related?: readonly RelatedPlace[];
  readonly severity?: Diagnostic["severity"];
}

/** A mistake at a place of the document, or at none (`undefined`), e.g. in a command-line option. */
export function problem(
  code: DiagnosticCode,
  location: SourceRange | undefined,
  message: string,
  details: ProblemDetails = {},
): Diagnostic {
  const { hint, related = [], severity = "error" } = details;
  return {
    code,
    severity,
    message,
    ...(location === undefined ? {} : { location }),
    ...(hint === undefined || hint === "" ? {} : { hint }),
    ...(related.length === 0 ? {} : { related }),
  };
}

/** A mistake in a value; says where the value comes from if that is a parameter. */
export function valueProblem(
  code: DiagnosticCode,
  node: DocumentNode,
  message: string,
  details: ProblemDetails = {},
): Diagnostic {
  const { origin } = node;
  if (origin === undefined) return problem(code, node.range, message, details);
  if (origin.override !== undefined) {
    const source = `The value was set by --set ${origin.override}.`;
    return problem(code, node.range, message, { ...details, hint: joinSentences(details.hint, source) });
  }
  const place = { message: `the value comes from ${origin.name}`, location: origin.definition };
  return problem(code, node.range, message, { ...details, related: [...(details.related ?? []), place] });
}

/** `Did you mean "train"?`, or nothing if no candidate is near. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const nearest = findNearestName(name, candidates);
  return nearest === undefined ? undefined : `Did you mean "${nearest}"?`;
}

/**
 * `Defined stages: load, split, train. Did you mean "train"?` A long list is left out where a name is near enough to
 * say which one is meant.
 */
export function suggestFrom(title: string, name: string, candidates: readonly string[]): string {
  const suggestion = suggest(name, candidates);
  const isEnough = suggestion !== undefined && candidates.length > 8;
  return joinSentences(isEnough ? undefined : listNames(title, candidates), suggestion);
}

/** `Defined stages: load, split, train.`, cut where it would fill the screen; nothing if there are none. */
export function listNames(title: string, names: Iterable<string>, limit = 30): string | undefined {
  const all = [...names];
  if (all.length === 0) return undefined;
  const shown = all.slice(0, limit).join(", ");
  return all.length > limit ? `${title}: ${shown} and ${all.length - limit} more.` : `${title}: ${shown}.`;
}

export function joinSentences(...sentences: readonly (string | undefined)[]): string {
  return sentences.filter((sentence) => sentence !== undefined && sentence !== "").join(" ");
}
