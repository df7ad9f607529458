import type { Diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { buildNodes } from "./build-nodes.ts";
import { lexWithinLimits } from "./document-limits.ts";
import type { DocumentNode, MapNode } from "./document-node.ts";
import { parseLexemes } from "./parse-lexemes.ts";
import { problem } from "./problem.ts";
import { createSourceText } from "./source-text.ts";
import { describeSyntaxErrors } from "./syntax-errors.ts";

interface ReadValue {
  readonly node: DocumentNode;
  /** Mistakes that leave the rest of the value readable, e.g. a key that stands twice. */
  readonly problems: readonly Diagnostic[];
}

/** Reads YAML 1.2 text. Fails only where the text cannot be read at all. */
export function readYaml(file: string, text: string): Result<ReadValue, Diagnostic[]> {
  const source = createSourceText(file, text);
  const lexemes = lexWithinLimits(text);
  if (!lexemes.ok) {
    const { offset, message } = lexemes.error;
    return err([problem("PIPE119", source.range(offset, offset + 1), message)]);
  }
  // Equal keys are looked for in buildNodes, which knows both places; the parser compares each key with each other.
  const document = parseLexemes(lexemes.value, text.length, { version: "1.2", merge: true, uniqueKeys: false });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) return err(describeSyntaxErrors(errors, source));
  const problems: Diagnostic[] = [];
  const version = document.directives?.yaml;
  if (version?.explicit === true && version.version !== "1.2") {
    problems.push(problem("PIPE121", source.range(0, 1), "pipelines are YAML 1.2", { hint: "Remove the line %YAML." }));
  }
  const node = buildNodes(document, source, (found) => problems.push(found));
  return ok({ node, problems });
}

/** Reads a pipeline document: YAML text that is one map. */
export function readDocument(file: string, text: string): Result<ReadValue & { readonly node: MapNode }, Diagnostic[]> {
  const read = readYaml(file, text);
  if (!read.ok) return read;
  const { node, problems } = read.value;
  if (node.type === "map") return ok({ node, problems });
  if (problems.length > 0) return err([...problems]);
  const hint = "Start with version: 1, a name: and stages:.";
  const isEmpty = node.type === "scalar" && node.value === null;
  const message = isEmpty ? "the document is empty" : "the document must be a map of keys and values";
  const start = { ...node.range, endLine: node.range.line, endColumn: node.range.column + 1 };
  return err([problem("PIPE100", isEmpty ? start : node.range, message, { hint })]);
}
