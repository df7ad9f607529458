import type { JsonObject } from "../base/json.ts";
import { MlflowError } from "./mlflow-error.ts";

/**
 * The object that an answer's text is; undefined for any other text, such as a proxy's page. MLflow's JSON is Python's, which may hold
 * a bare `NaN` or `Infinity`: these become texts.
 */
export function parseAnswer(text: string): JsonObject | undefined {
  const value = parse(text) ?? parse(text.replaceAll(stringsAndOddNumbers, quoteOddNumber));
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** Strings are matched so that what stands in them is left alone. */
const stringsAndOddNumbers = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

const quoteOddNumber = (token: string): string => (token.startsWith('"') ? token : `"${token}"`);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A part that an answer must have. Throws as for one that is not MLflow's. */
export function takeFrom<Value>(answer: unknown, name: string): Value {
  const value = (answer as Readonly<Record<string, unknown>>)[name];
  if (value === undefined || value === null)
    throw new MlflowError(200, "NO_MLFLOW", `the server's answer lacks what was asked for (${name})`);
  // What MLflow's documentation says is in it.
  return value as Value;
}
