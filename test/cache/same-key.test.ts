import fc from "fast-check";
import { expect, test } from "vitest";
import { isMap, isScalar, isSeq, type Pair, parseDocument, visit } from "yaml";
import { collectFingerprintInputs, computeFingerprint } from "../../src/cache/fingerprint.ts";
import type { ArtifactReference, Stage } from "../../src/pipeline/pipeline.ts";
import { sha256 } from "../../src/util/sha256.ts";
import { check } from "../pipeline/check-text.ts";
import { listValidDocuments } from "../pipeline/fuzz/documents.ts";

const seed = 20_181_003;
// Anchors have to come before their aliases, so that not any order of keys is a document; the order of a matrix is that of
// the lists that are gathered from it; and what a document extends is a document of its own.
const text = fc.constantFrom(...listValidDocuments().filter((one) => !/[:-] [&*]\w|matrix:|^extends:/m.test(one)));

/** The fingerprints of all stages, sorted; what other stages give is told apart by their names, as `nameOf` has them. */
function listFingerprints(pipeline: string, nameOf: (stage: string) => string = (stage) => stage): string[] {
  const contentOf = (reference: ArtifactReference) => ({
    digest: sha256(reference.artifact === "path" ? reference.path : `${nameOf(reference.stage)} ${reference.output}`),
    shape: "folder" as const,
    ...(reference.artifact === "output" && reference.subpath !== "" && { subpath: reference.subpath }),
  });
  const fingerprint = (stage: Stage) => computeFingerprint(collectFingerprintInputs(stage, { contentOf, runtime: {} }));
  return check(pipeline).stages.map(fingerprint).sort();
}

/** Puts the keys of every map into an order that the numbers decide. */
function shuffleKeys(pipeline: string, ranks: readonly number[]): string {
  const document = parseDocument(pipeline);
  let next = 0;
  visit(document, {
    Map(_, map) {
      const ranked = map.items.map((item) => ({ item, rank: ranks[next++ % ranks.length] ?? 0 }));
      map.items = ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
    },
  });
  return document.toString();
}

/** Adds a suffix to the name of every stage, where it is defined and wherever it is used. */
function renameStages(pipeline: string, suffix: string): string {
  const document = parseDocument(pipeline);
  const stages = document.get("stages");
  if (isMap(stages)) for (const { key } of stages.items) if (isScalar(key)) key.value = `${key.value}${suffix}`;
  visit(document, {
    Scalar(place, scalar) {
      if (place === "key" || typeof scalar.value !== "string") return;
      scalar.value = scalar.value.replaceAll(/(?<=\bstages\.)[\w-]+/g, (name) => name + suffix);
    },
    Pair(_, pair) {
      if (isScalar(pair.key) && pair.key.value === "needs") renameNeeds(pair, suffix);
    },
  });
  return document.toString();
}

function renameNeeds({ value }: Pair, suffix: string): void {
  for (const item of isSeq(value) ? value.items : [value]) if (isScalar(item)) item.value = `${item.value}${suffix}`;
}

test("the order of keys, stages and parameters decides nothing", () => {
  const ranks = fc.array(fc.double({ noNaN: true }), { minLength: 40, maxLength: 40 });
  const property = fc.property(text, ranks, (one, numbers) => {
    expect(listFingerprints(shuffleKeys(one, numbers))).toEqual(listFingerprints(one));
  });
  fc.assert(property, { seed, numRuns: 100 });
});

test("the names of stages decide nothing", () => {
  const property = fc.property(text, fc.stringMatching(/^-[a-z]{1,8}$/), (one, suffix) => {
    const nameOf = (stage: string) => stage.replace(suffix, "");
    expect(listFingerprints(renameStages(one, suffix), nameOf)).toEqual(listFingerprints(one));
  });
  fc.assert(property, { seed, numRuns: 50 });
});

test("any other parameter of any stage decides", () => {
  const property = fc.property(text, fc.integer({ min: 2, max: 1_000 }), (one, value) => {
    // A number is in every pipeline's text that has a seed, a size or an epoch.
    const changed = one.replace(/seed: \d+/, `seed: ${value}`);
    fc.pre(changed !== one);
    expect(listFingerprints(changed)).not.toEqual(listFingerprints(one));
  });
  fc.assert(property, { seed, numRuns: 20 });
});
