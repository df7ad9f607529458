import type { SourceRange } from "../base/diagnostic.ts";
import { mapLeaves } from "./condition/expression.ts";
import { locateSpan } from "./condition/parse-condition.ts";
import {
  type DocumentNode,
  findNode,
  type MapNode,
  mapValues,
  type ParameterOrigin,
  type TemplateNode,
  type UnknownNode,
  type ValueSource,
} from "./document-node.ts";
import { describeUndefined } from "./overrides.ts";
import { describeParameterCycle } from "./parameter-cycle.ts";
import { problem, type Report, valueProblem } from "./problem.ts";
import type { ConditionReference, ParameterReference, Reference } from "./reference.ts";
import { replaceReferences } from "./template-parts.ts";
import { joinSources, sourcesOf, textSource } from "./value-sources.ts";

/** Fills the values of parameters into other values. */
export interface Parameters {
  /** All parameters, a map, with the references among them filled in. Not known if `params` is no map. */
  readonly values: DocumentNode;
  /** Parameters (first names only) that something refers to. */
  readonly used: ReadonlySet<string>;
  /** Replaces each `${{ params.… }}` in the node. References to artifacts stay. */
  fillIn(node: DocumentNode): DocumentNode;
}

/** Mistakes among the parameters themselves are reported here, those of a use when it is filled in. */
export function resolveParameters(raw: MapNode | UnknownNode, report: Report): Parameters {
  const resolver = new ParameterResolver(raw, report);
  const values = resolver.resolve(raw);
  return {
    values,
    used: resolver.used,
    fillIn: (node) => resolver.fillIn(node),
  };
}

/** How many values and characters parameters may add to a document; those that contain each other grow exponentially. */
const maxFilledIn = 2_000_000;
/** How long a chain of parameters that refer to each other may be. */
const maxChain = 100;

/** A parameter that was looked up; its value still stands where it is defined. */
interface Found {
  readonly value: DocumentNode;
  readonly origin: ParameterOrigin;
  /** Texts of the parameters around it that refer to others. */
  readonly around: readonly ValueSource[];
}

class ParameterResolver {
  readonly used = new Set<string>();
  readonly #raw: MapNode | UnknownNode;
  readonly #report: Report;
  /** Parameters are shared by their uses, so each of their nodes is resolved once. */
  readonly #resolved = new Map<DocumentNode, DocumentNode>();
  /** What is being resolved, outermost first, and the reference that led there. */
  readonly #open = new Map<DocumentNode, ParameterReference | undefined>();
  #budget = maxFilledIn;

  constructor(raw: MapNode | UnknownNode, report: Report) {
    this.#raw = raw;
    this.#report = report;
  }

  resolve(node: DocumentNode, via?: ParameterReference): DocumentNode {
    if (node.type === "scalar" || node.type === "unknown") return node;
    const known = this.#resolved.get(node);
    if (known !== undefined) return known;
    if (this.#open.has(node)) {
      this.#report(describeParameterCycle([...this.#open], node, via));
      return unknownAt(node.range);
    }
    // Each parameter of a chain opens its own node and may open the maps and lists around the next.
    if (this.#open.size > maxChain * 2) {
      const message = `parameters refer to each other in a chain of more than ${maxChain}`;
      this.#report(problem("PIPE119", via?.range ?? node.range, message));
      return unknownAt(node.range);
    }
    this.#open.set(node, via);
    const value = this.fillIn(node);
    this.#open.delete(node);
    this.#resolved.set(node, value);
    return value;
  }

  fillIn(node: DocumentNode): DocumentNode {
    if (node.type === "scalar" || node.type === "unknown") return node;
    if (node.type === "template") return this.#fillInTemplate(node);
    return mapValues(node, (value) => (this.#open.size > 0 ? this.resolve(value) : this.fillIn(value)));
  }

  #fillInTemplate(template: TemplateNode): DocumentNode {
    const [only] = template.parts;
    if (template.parts.length === 1 && isParameter(only)) {
      const { value, origin, around } = this.#lookUp(only);
      if (value.type === "unknown") return unknownAt(template.range);
      const used = this.#useAt(value, template.range, origin);
      return { ...used, sources: joinSources([textSource(template), ...around, ...(used.sources ?? [])]) };
    }
    const sources: (readonly ValueSource[])[] = [[textSource(template)]];
    const replaced = replaceReferences(template, (reference) => {
      if (isParameter(reference)) return this.#writeText(reference, template.range, sources);
      return reference.type === "condition" ? this.#fillInCondition(reference) : reference;
    });
    if (replaced === undefined) return unknownAt(template.range);
    return sources.length > 1 ? { ...replaced, sources: joinSources(sources.flat()) } : replaced;
  }

  /** The text of a parameter in the middle of other text, whose sources grow by those of the parameter. */
  #writeText(
    reference: ParameterReference,
    range: SourceRange,
    sources: (readonly ValueSource[])[],
  ): string | undefined {
    const { value, origin, around } = this.#lookUp(reference);
    if (value.type === "unknown") return undefined;
    if (value.type === "scalar" && value.value !== null) {
      sources.push(around, sourcesOf(value, origin.name));
      const text = String(value.value);
      return this.#spend(text.length, range) ? text : undefined;
    }
    const what = value.type === "list" ? "a list" : value.type === "map" ? "a map" : "empty";
    const use = { ...value, range: reference.range, origin };
    this.#report(valueProblem("PIPE107", use, `${origin.name} is ${what} and cannot stand inside text`));
    return undefined;
  }

  #fillInCondition(condition: ConditionReference): ConditionReference | undefined {
    let isKnown = true;
    const expression = mapLeaves(condition.expression, (leaf) => {
      if (leaf.type !== "parameter") return leaf;
      const { path, start, end } = leaf;
      const range = locateSpan(condition, leaf);
      const { value, origin } = this.#lookUp({ type: "parameter", path, text: condition.text, range });
      if (value.type === "scalar") return { type: "literal", value: value.value, source: origin.name, start, end };
      isKnown = false;
      if (value.type === "unknown") return leaf;
      const what = value.type === "template" ? "text with references" : `a ${value.type}`;
      this.#report(problem("PIPE141", range, `${origin.name} is ${what}, which a condition cannot compare`));
      return leaf;
    });
    return isKnown ? { ...condition, expression } : undefined;
  }

  #lookUp(reference: ParameterReference): Found {
    const { path, range } = reference;
    const name = `params.${path.join(".")}`;
    this.used.add(path[0] ?? "");
    let node: DocumentNode = this.#raw;
    const around: ValueSource[] = [];
    for (const [depth, step] of path.entries()) {
      if (node.type === "template") {
        around.push({ ...textSource(node), name: `params.${path.slice(0, depth).join(".")}` });
        node = this.resolve(node, reference);
      }
      const next = findNode(node, [step]);
      if (next === undefined) {
        if (node.type !== "unknown" && this.#raw.type === "map") {
          this.#report(describeUndefined("the parameter", path, this.#raw, range));
        }
        return { value: unknownAt(range), origin: { name, definition: range }, around };
      }
      node = next;
    }
    const override = node.origin?.override;
    const origin = { name, definition: node.range, ...(override === undefined ? {} : { override }) };
    return { value: this.resolve(node, reference), origin, around };
  }

  /** A copy of a parameter's value that stands at the place of its use. */
  #useAt(node: DocumentNode, range: SourceRange, origin: ParameterOrigin): DocumentNode {
    if (!this.#spend(1, range)) return unknownAt(range);
    const sources = sourcesOf(node, origin.name);
    if (node.type !== "list" && node.type !== "map") return { ...node, range, origin, sources };
    const copy = mapValues(
      node,
      (value, step) => {
        const override = value.origin?.override ?? origin.override;
        const definition = value.origin?.definition ?? value.range;
        const name = `${origin.name}.${step}`;
        return this.#useAt(value, range, { name, definition, ...(override === undefined ? {} : { override }) });
      },
      range,
    );
    return { ...copy, range, origin, sources };
  }

  #spend(amount: number, range: SourceRange): boolean {
    if (this.#budget < 0) return false;
    this.#budget -= amount;
    if (this.#budget >= 0) return true;
    this.#report(problem("PIPE119", range, `the parameters expand to more than ${maxFilledIn} values`));
    return false;
  }
}

function isParameter(part: string | Reference | undefined): part is ParameterReference {
  return typeof part === "object" && part.type === "parameter";
}

function unknownAt(range: SourceRange): DocumentNode {
  return { type: "unknown", range };
}
