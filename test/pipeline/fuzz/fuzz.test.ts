import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Diagnostic } from "../../../src/base/diagnostic.ts";
import { createLocalCache } from "../../../src/cache/local-cache.ts";
import type { Io } from "../../../src/cli/command.ts";
import { describeSurroundings } from "../../../src/cli/stage-surroundings.ts";
import { checkPipeline } from "../../../src/pipeline/check.ts";
import type { Pipeline } from "../../../src/pipeline/pipeline.ts";
import { checkInputPaths } from "../../../src/runner/input-paths.ts";
import { planPipeline } from "../../../src/runner/plan-pipeline.ts";
import { locateProject } from "../../../src/runner/project.ts";
import { createProject } from "../../rig/project.ts";
import { root, schemas } from "../check-text.ts";
import { listValidDocuments, readBase } from "./documents.ts";
import { anyText, mutateText, textMutation } from "./mutate-text.ts";
import { mutateValues, valueMutation } from "./mutate-value.ts";

/** The same 2,000 mutations of valid pipelines, and 300 other texts, in every run of the tests. */
const seed = 20_181_003;
/** Of the processor's time, for one document; a few ms are usual. */
const limitMs = 5_000;
const file = "pipeline.yaml";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-fuzz-"));
});
afterAll(() => rm(folder, { recursive: true }));

const checkText = (text: string) => checkPipeline({ file, text }, { overrides: [], schemas, readSource: readBase });

/** All that is said about a document, warnings too. */
function diagnose(text: string): readonly Diagnostic[] {
  const checked = checkText(text);
  return checked.ok ? checked.value.warnings : checked.error;
}

/** Fails unless the text is checked in time and each of its mistakes has a place in it. What is accepted is planned too. */
async function expectChecked(text: string): Promise<void> {
  const before = process.cpuUsage();
  const checked = checkText(text);
  if (!checked.ok) expect(checked.error).not.toEqual([]);
  for (const diagnostic of checked.ok ? checked.value.warnings : checked.error) expectLocated(diagnostic, text);
  if (checked.ok) await expectPlanned(checked.value.pipeline, text);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(limitMs);
}

function expectLocated({ code, message, location }: Diagnostic, text: string): void {
  // A change may also show in what the document extends.
  const base = location === undefined || location.file === file ? undefined : readBase(location.file);
  const lines = (base?.ok ? base.value : text).split("\n");
  expect(code).toMatch(/^PIPE[12]\d\d$/);
  expect(message).not.toBe("");
  expect(message).not.toMatch(/undefined|\[object|NaN/);
  expect(base === undefined || base.ok).toBe(true);
  expect(location?.line).toBeGreaterThanOrEqual(1);
  expect(location?.line).toBeLessThanOrEqual(lines.length);
  expect(location?.column).toBeGreaterThanOrEqual(1);
  expect(location?.column).toBeLessThanOrEqual((lines[(location?.line ?? 1) - 1] ?? "").length + 1);
}

/** As `pipe plan` does it. */
async function expectPlanned(pipeline: Pipeline, text: string): Promise<void> {
  const missing = checkInputPaths(pipeline.stages, folder);
  for (const diagnostic of missing) expectLocated(diagnostic, text);
  if (missing.length > 0) return;
  const project = locateProject(folder);
  const planned = await planPipeline(pipeline, {
    project,
    cache: createLocalCache(project.stateFolder),
    force: new Set(),
    surroundings: describeSurroundings({ environment: {}, packageFolder: root } as Io),
  });
  expect(planned).toHaveLength(pipeline.stages.length);
}

const documents = listValidDocuments();
const document = fc.constantFrom(...documents);
const valueChanges = fc.array(valueMutation, { minLength: 1, maxLength: 3 });
const textChanges = fc.array(textMutation, { minLength: 1, maxLength: 4 });

test("the documents to change are valid", () => {
  expect(documents.length).toBeGreaterThan(5);
  for (const text of documents) expect(diagnose(text)).toEqual([]);
});

test("1,200 pipelines with values deleted, doubled, renamed, retyped, swapped or misspelt are planned or told where they are wrong", async () => {
  const property = fc.asyncProperty(document, valueChanges, (text, all) => expectChecked(mutateValues(text, all)));
  await fc.assert(property, { seed, numRuns: 1_200 });
});

test("800 pipelines with characters and lines deleted, doubled, inserted, swapped or cut off are planned or told where they are wrong", async () => {
  const property = fc.asyncProperty(document, textChanges, (text, all) => expectChecked(all.reduce(mutateText, text)));
  await fc.assert(property, { seed, numRuns: 800 });
});

test("300 texts that were never a pipeline are told where they are wrong", async () => {
  const property = fc.asyncProperty(anyText, async (text) => {
    expect(diagnose(text)).not.toEqual([]);
    await expectChecked(text);
  });
  await fc.assert(property, { seed, numRuns: 300 });
});

test("the command line says the same of changed pipelines, and ends with 0 or 2", async () => {
  await using project = await createProject();
  const changed = fc.sample(fc.tuple(document, valueChanges), { seed, numRuns: 6 });
  for (const [text, changes] of changed.filter(([text]) => !/^extends:/m.test(text))) {
    const mutated = mutateValues(text, changes);
    await project.write({ [file]: mutated });
    const { code, stdout } = await project.pipe(["validate", file, "--json"]);
    const errors = diagnose(mutated).filter(({ severity }) => severity === "error");
    expect(code).toBe(errors.length > 0 ? 2 : 0);
    expect(JSON.parse(stdout).diagnostics).toMatchObject(errors.map(({ code, location }) => ({ code, location })));
  }
});
