import { dirname, join, relative } from "node:path";
import type { Json } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { sha256 } from "../util/sha256.ts";
import type { ReadSource } from "./extend-document.ts";
import { isJsonObject, type StageSchema } from "./json-schema.ts";
import type { OwnCode } from "./pipeline.ts";
import { listRelativeImports } from "./relative-imports.ts";

/** A stage kind of the user's: a file of TypeScript or JavaScript, with its schema beside it. */
export interface OwnKind {
  readonly schema: StageSchema;
  readonly code: OwnCode;
}

/** Why there is no such kind, and what to do. */
export interface OwnKindProblem {
  readonly message: string;
  readonly hint?: string;
}

export interface OwnKindContext {
  readonly readSource: ReadSource;
  /** What is wrong with the schema as a schema of a stage kind. */
  readonly checkSchema: (schema: Json) => readonly string[];
}

/** Whether `uses` names a file, not a kind that `pipe` comes with. */
export function isOwnKind(uses: string): boolean {
  return /^\.{1,2}\//.test(uses);
}

/** Reads the kind that `uses` names; its path counts from the folder of the document `from`. */
export function loadOwnKind(uses: string, from: string, context: OwnKindContext): Result<OwnKind, OwnKindProblem> {
  const form = /^(.*)\.(?:ts|mts|js|mjs)$/.exec(uses);
  if (form === null) {
    const hint = "Write its path from the folder of this file, e.g. ./stages/crop.ts.";
    return err({ message: "a stage kind of one's own is a file that ends in .ts, .mts, .js or .mjs", hint });
  }
  const file = join(dirname(from), uses);
  const code = readCode(file, context.readSource);
  if (!code.ok) return code;
  const schema = readSchema(join(dirname(from), `${form[1]}.schema.json`), uses, context);
  return schema.ok ? ok({ schema: schema.value, code: code.value }) : schema;
}

/** Every file once, whatever circles the imports have. */
function readCode(file: string, readSource: ReadSource): Result<OwnCode, OwnKindProblem> {
  const digests: Record<string, string> = {};
  const queue = [{ path: file, importer: undefined as string | undefined }];
  const seen = new Set([file]);
  for (const { path, importer } of queue) {
    const text = readSource(path);
    if (!text.ok) {
      const message =
        importer === undefined ? `the file ${path} ${text.error}` : `${importer} imports ${path}, which ${text.error}`;
      return err({ message, hint: "Imports name files as they are, with their endings: ./resize.ts." });
    }
    digests[relative(dirname(file), path)] = sha256(text.value);
    for (const specifier of listRelativeImports(text.value)) {
      const imported = join(dirname(path), specifier);
      if (seen.has(imported)) continue;
      seen.add(imported);
      queue.push({ path: imported, importer: path });
    }
  }
  return ok({ file, digests });
}

function readSchema(
  path: string,
  uses: string,
  { readSource, checkSchema }: OwnKindContext,
): Result<StageSchema, OwnKindProblem> {
  const text = readSource(path);
  if (!text.ok) {
    const hint =
      "A stage kind has its schema beside it: what it takes and puts out, as docs/how-to/your-own-stage-kind.md shows.";
    return err({ message: `its schema ${path} ${text.error}`, hint });
  }
  let schema: Json;
  try {
    schema = JSON.parse(text.value);
  } catch (error) {
    return err({
      message: `its schema ${path} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
  const [mistake] = checkSchema(schema);
  if (mistake !== undefined || !isJsonObject(schema)) {
    return err({ message: `its schema ${path} describes no stage kind: ${mistake ?? "it must be a map"}` });
  }
  const { "x-revision": revision = 1, ...rest } = schema as unknown as StageSchema; // just checked
  return ok({ ...rest, "x-uses": uses, "x-revision": revision });
}
