import type { SourceRange } from "../base/diagnostic.ts";
import type { Expression } from "./condition/expression.ts";
import { parseSelector, type Selector } from "./selector.ts";

/** What stands between `${{` and `}}`. */
export type Reference = ParameterReference | MatrixReference | OutputReference | CommandReference | ConditionReference;

interface ReferencePlace {
  /** As written, with its braces. */
  readonly text: string;
  readonly range: SourceRange;
}

/** `${{ params.a.b }}` */
export interface ParameterReference extends ReferencePlace {
  readonly type: "parameter";
  /** `["a", "b"]` */
  readonly path: readonly string[];
}

/** `${{ matrix.KEY }}` in a stage that has a matrix: the value of the combination. */
export interface MatrixReference extends ReferencePlace {
  readonly type: "matrix";
  readonly key: string;
}

/** `${{ stages.ID.outputs.NAME }}`, `${{ stages.ID[KEY=VALUE].outputs.NAME }}` */
export interface OutputReference extends ReferencePlace {
  readonly type: "output";
  readonly stage: string;
  readonly selector: Selector;
  readonly output: string;
}

/** `${{ inputs.NAME }}` or `${{ outputs.NAME }}` in the command of a `run` stage: the path of its own artifact. */
export interface CommandReference extends ReferencePlace {
  readonly type: "command";
  readonly side: "inputs" | "outputs";
  readonly name: string;
}

/** An expression of `if:`, with braces around it or without. */
export interface ConditionReference extends ReferencePlace {
  readonly type: "condition";
  readonly expression: Expression;
  /** What the spans of the expression count in. */
  readonly source: string;
}

/** How names that references can reach are written. */
export const namePattern = /^[A-Za-z_][A-Za-z0-9_-]*$/;
/** The same in words, as a hint. */
export const nameRule = "Use letters, digits, _ and -, beginning with a letter or _.";

const name = "[A-Za-z_][A-Za-z0-9_-]*";
const parameterForm = new RegExp(`^params((?:\\.(?:${name}|[0-9]+))+)$`);
const matrixForm = new RegExp(`^matrix\\.(${name})$`);
const outputForm = new RegExp(`^stages\\.(${name})(\\[[^\\]]*\\])?\\.outputs\\.(${name})$`);
const commandForm = new RegExp(`^(inputs|outputs)\\.(${name})$`);

/** Reads what stands between the braces; `undefined` if it has none of the forms. */
export function parseReference(expression: string, place: ReferencePlace): Reference | undefined {
  const parameter = parameterForm.exec(expression);
  if (parameter !== null) return { type: "parameter", path: parameter[1]!.slice(1).split("."), ...place };
  const matrix = matrixForm.exec(expression);
  if (matrix !== null) return { type: "matrix", key: matrix[1]!, ...place };
  const output = outputForm.exec(expression);
  const selector = output === null ? undefined : parseSelector((output[2] ?? "").slice(1, -1));
  if (output !== null && selector !== undefined) {
    return { type: "output", stage: output[1]!, selector, output: output[3]!, ...place };
  }
  const command = commandForm.exec(expression);
  if (command === null) return undefined;
  return { type: "command", side: command[1] === "inputs" ? "inputs" : "outputs", name: command[2]!, ...place };
}
