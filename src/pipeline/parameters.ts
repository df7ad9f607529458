import type { SourceRange } from "../base/diagnostic.ts";
import { type DocumentNode, findNode, type MapNode, type ParameterOrigin, type TemplateNode } from "./document-node.ts";
import { describeUndefined } from "./overrides.ts";
import { problem, type Report, valueProblem } from "./problem.ts";
import type { ParameterReference, Reference } from "./reference.ts";

/** Fills the values of parameters into other values. */
export interface Parameters {
  /** All parameters, with the references among them filled in. */
  readonly values: MapNode;
  /** Replaces each `${{ params.… }}` in the node. References to artifacts stay. */
  fillIn(node: DocumentNode): DocumentNode;
  /** Parameters (first names only) that something refers to. */
  readonly used: ReadonlySet<string>;
}

/** How many values and characters parameters may add to a document; those that contain each other grow exponentially. */
const maxFilledIn = 2_000_000;
/** How long a chain of parameters that refer to each other may be. */
const maxChain = 100;

/** Mistakes among the parameters themselves are reported here, those of a use when it is filled in. */
export function resolveParameters(raw: MapNode, report: Report): Parameters {
  const resolved = new Map<DocumentNode, DocumentNode>();
  /** What is being resolved, outermost first, and the reference that led there. */
  const open = new Map<DocumentNode, ParameterReference | undefined>();
  const used = new Set<string>();
  let budget = maxFilledIn;

  function resolve(node: DocumentNode, via?: ParameterReference): DocumentNode {
    if (node.type === "scalar" || node.type === "unknown") return node;
    const known = resolved.get(node);
    if (known !== undefined) return known;
    if (open.has(node)) return reportCycle(node, via);
    if (open.size > maxChain * 2) {
      const message = `parameters refer to each other in a chain of more than ${maxChain}`;
      report(problem("PIPE119", via?.range ?? node.range, message));
      return unknownAt(node.range);
    }
    open.set(node, via);
    const value = fillIn(node);
    open.delete(node);
    resolved.set(node, value);
    return value;
  }

  function fillIn(node: DocumentNode): DocumentNode {
    switch (node.type) {
      case "scalar":
      case "unknown":
        return node;
      case "list":
        return { ...node, items: node.items.map(fillInBelow) };
      case "map": {
        const entries = [...node.entries].map(
          ([key, entry]) => [key, { ...entry, value: fillInBelow(entry.value) }] as const,
        );
        return { ...node, entries: new Map(entries) };
      }
      case "template":
        return fillInTemplate(node);
    }
  }

  /** Parameters are shared by their uses, so each of their nodes is resolved once; other nodes are met once anyway. */
  function fillInBelow(node: DocumentNode): DocumentNode {
    return open.size > 0 ? resolve(node) : fillIn(node);
  }

  function fillInTemplate(template: TemplateNode): DocumentNode {
    const [only] = template.parts;
    if (template.parts.length === 1 && isParameter(only)) {
      const { value, origin } = lookUp(only);
      return value.type === "unknown" ? unknownAt(template.range) : useAt(value, template.range, origin);
    }
    const parts: (string | Reference)[] = [];
    let isUnknown = false;
    for (const part of template.parts) {
      const filled = isParameter(part) ? fillInText(part, template) : part;
      if (filled === undefined) isUnknown = true;
      else if (typeof filled === "string" && typeof parts.at(-1) === "string") parts.push(`${parts.pop()}${filled}`);
      else parts.push(filled);
    }
    if (isUnknown) return unknownAt(template.range);
    if (parts.every((part) => typeof part === "string")) {
      return { ...template, type: "scalar", value: parts.join(""), isQuoted: true };
    }
    return { ...template, parts };
  }

  /** The text of a parameter in the middle of other text. */
  function fillInText(reference: ParameterReference, template: TemplateNode): string | undefined {
    const { value, origin } = lookUp(reference);
    if (value.type === "unknown") return undefined;
    if (value.type === "scalar" && value.value !== null) {
      const text = String(value.value);
      return spend(text.length, template.range) ? text : undefined;
    }
    const what = value.type === "list" ? "a list" : value.type === "map" ? "a map" : "empty";
    const node = { ...value, range: reference.range, origin };
    report(valueProblem("PIPE107", node, `${origin.name} is ${what} and cannot stand inside text`));
    return undefined;
  }

  function lookUp(reference: ParameterReference): { value: DocumentNode; origin: ParameterOrigin } {
    const name = `params.${reference.path.join(".")}`;
    used.add(reference.path[0] ?? "");
    let node: DocumentNode = raw;
    for (const [depth, step] of reference.path.entries()) {
      if (node.type === "template") node = resolve(node, reference);
      const next = findNode(node, [step]);
      if (next === undefined) {
        if (node.type !== "unknown") {
          const message = `the parameter`;
          const parent = depth === 0 ? raw : resolved.get(raw);
          report(describeUndefined(message, reference.path, parent?.type === "map" ? parent : raw, reference.range));
        }
        return { value: unknownAt(reference.range), origin: { name, definition: reference.range } };
      }
      node = next;
    }
    const value = resolve(node, reference);
    const override = node.origin?.override;
    const origin = { name, definition: node.range, ...(override === undefined ? {} : { override }) };
    return { value, origin };
  }

  /** A copy of a parameter's value that stands at the place of its use. */
  function useAt(node: DocumentNode, range: SourceRange, origin: ParameterOrigin): DocumentNode {
    if (!spend(1, range)) return unknownAt(range);
    const below = (inner: DocumentNode, step: string) => {
      const override = inner.origin?.override ?? origin.override;
      const name = `${origin.name}.${step}`;
      const definition = inner.origin?.definition ?? inner.range;
      return useAt(inner, range, { name, definition, ...(override === undefined ? {} : { override }) });
    };
    switch (node.type) {
      case "scalar":
      case "unknown":
      case "template":
        return { ...node, range, origin };
      case "list":
        return { ...node, items: node.items.map((item, index) => below(item, String(index))), range, origin };
      case "map": {
        const entries = [...node.entries].map(
          ([key, entry]) => [key, { keyRange: range, value: below(entry.value, key) }] as const,
        );
        return { ...node, entries: new Map(entries), range, origin };
      }
    }
  }

  function spend(amount: number, range: SourceRange): boolean {
    if (budget < 0) return false;
    budget -= amount;
    if (budget >= 0) return true;
    report(problem("PIPE119", range, `the parameters expand to more than ${maxFilledIn} values`));
    return false;
  }

  function reportCycle(node: DocumentNode, via: ParameterReference | undefined): DocumentNode {
    const chain = [...open];
    const start = chain.findIndex(([each]) => each === node);
    const references = [...chain.slice(start + 1).map(([, reference]) => reference), via].filter(
      (reference) => reference !== undefined,
    );
    const names = references.map((reference) => `params.${reference.path.join(".")}`);
    const last = names.at(-1) ?? "params";
    const message = `parameters refer to each other in a cycle: ${[last, ...names].join(" → ")}`;
    const related = references.slice(1).map((reference, index) => ({
      message: `${names[index]} needs ${names[index + 1]}`,
      location: reference.range,
    }));
    report(
      problem("PIPE115", references[0]?.range ?? node.range, message, {
        hint: "Give one of them a value of its own.",
        related,
      }),
    );
    return unknownAt(node.range);
  }

  const values = resolve(raw);
  return { values: values.type === "map" ? values : raw, fillIn, used };
}

function isParameter(part: string | Reference | undefined): part is ParameterReference {
  return typeof part === "object" && part.type === "parameter";
}

function unknownAt(range: SourceRange): DocumentNode {
  return { type: "unknown", range };
}
