import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import { ok } from "../../src/base/result.ts";
import { checkPipeline } from "../../src/pipeline/check.ts";
import type { Pipeline, Stage } from "../../src/pipeline/pipeline.ts";
import { loadStageSchemas } from "../../src/pipeline/stage-schemas.ts";
import { renderDiagnostics } from "../../src/report/diagnostics-text.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const schemas = loadStageSchemas(`${root}schemas`);

const file = "pipeline.yaml";

/** All that is said about a document, warnings too. */
export function diagnose(text: string, overrides: readonly string[] = []): readonly Diagnostic[] {
  const checked = checkPipeline({ file, text }, { overrides, schemas });
  return checked.ok ? checked.value.warnings : checked.error;
}

/** What is said about a file and what it extends, as a user reads it. */
export function diagnoseFile(path: string): string {
  const sources = new Map<string, string>();
  const read = (name: string) => {
    const text = readFileSync(name, "utf8");
    sources.set(name, text);
    return text;
  };
  const readSource = (name: string) => ok(read(name));
  const checked = checkPipeline({ file: path, text: read(path) }, { overrides: [], schemas, readSource });
  return renderDiagnostics(checked.ok ? checked.value.warnings : checked.error, { sources, color: false });
}

/** The same as a user reads it. */
export function diagnoseAsText(text: string, overrides: readonly string[] = []): string {
  return renderDiagnostics(diagnose(text, overrides), { sources: new Map([[file, text]]), color: false });
}

/** The checked pipeline; a document with mistakes fails the test with what is said about it. */
export function check(text: string, overrides: readonly string[] = []): Pipeline {
  const checked = checkPipeline({ file, text }, { overrides, schemas });
  if (!checked.ok) throw new Error(diagnoseAsText(text, overrides));
  return checked.value.pipeline;
}

export function stageOf(pipeline: Pipeline, id: string): Stage {
  const stage = pipeline.stages.find((each) => each.id === id);
  if (stage === undefined) throw new Error(`no stage ${id}`);
  return stage;
}
