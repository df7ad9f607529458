import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { divideAtRandom, divideStratified, type PartOf } from "../../src/data/stratify.ts";
import { createRandom } from "../../src/util/random.ts";

/** Samples whose classes fall from frequent to rare, one to three each. */
function drawLabels(numSamples: number, numClasses: number): number[][] {
  const random = createRandom("labels");
  return Array.from({ length: numSamples }, () => {
    const count = 1 + Math.floor(random.uniform() * 3);
    const labels = Array.from({ length: count }, () => Math.floor(numClasses * random.uniform() ** 3));
    return [...new Set(labels)].sort((a, b) => a - b);
  });
}

const countOf = (labels: readonly (readonly number[])[], label: number, isMeant: (position: number) => boolean) =>
  labels.filter((ofSample, position) => ofSample.includes(label) && isMeant(position)).length;

const inPart = (parts: PartOf, part: number) => (position: number) => parts[position] === part;

describe("dividing a dataset", () => {
  it("keeps every class's fraction in both parts", () => {
    const labels = drawLabels(2000, 28);
    const parts = divideStratified(labels, 28, { shares: [0.9, 0.1], seed: 1 });
    expect(Math.abs(parts.filter((part) => part === 1).length - 200)).toBeLessThanOrEqual(10);
    for (let label = 0; label < 28; label += 1) {
      const wanted = countOf(labels, label, () => true) * 0.1;
      const found = countOf(labels, label, inPart(parts, 1));
      expect(Math.abs(found - wanted)).toBeLessThanOrEqual(Math.max(1, wanted * 0.1));
    }
  });

  it("keeps every class's fraction in each of five folds, and their sizes", () => {
    const labels = drawLabels(2000, 28);
    const parts = divideStratified(labels, 28, { shares: new Array(5).fill(0.2), seed: 1 });
    for (const fold of [0, 1, 2, 3, 4]) {
      expect(Math.abs(parts.filter((part) => part === fold).length - 400)).toBeLessThanOrEqual(8);
      for (let label = 0; label < 28; label += 1) {
        const wanted = countOf(labels, label, () => true) * 0.2;
        const found = countOf(labels, label, inPart(parts, fold));
        expect(Math.abs(found - wanted)).toBeLessThanOrEqual(Math.max(2, wanted * 0.1));
      }
    }
  });

  it("puts every class of enough samples into all parts, and every sample into one", () => {
    const sample = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 0, maxLength: 1 });
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 0, max: 99 }),
        (labels, numParts, seed) => {
          const shares = [...new Array<number>(numParts - 1).fill(0.5 / (numParts - 1)), 0.5];
          const parts = divideStratified(labels, 6, { shares, seed });
          expect(parts.every((part) => part >= 0 && part < numParts)).toBe(true);
          for (let label = 0; label < 6; label += 1) {
            if (countOf(labels, label, () => true) < numParts) continue;
            for (const part of shares.keys()) expect(countOf(labels, label, inPart(parts, part))).toBeGreaterThan(0);
          }
        },
      ),
    );
  });

  it("never parts a group, stratified or not", () => {
    const labels = drawLabels(300, 10);
    const groups = Array.from({ length: 100 }, (_, index) => [index, 100 + index, 200 + index]);
    const division = { shares: [0.25, 0.25, 0.25, 0.25], seed: 5, groups };
    for (const parts of [divideStratified(labels, 10, division), divideAtRandom(300, division)]) {
      expect(groups.filter((group) => new Set(group.map((position) => parts[position])).size > 1)).toEqual([]);
      for (const part of [0, 1, 2, 3]) {
        expect(Math.abs(parts.filter((one) => one === part).length - 75)).toBeLessThanOrEqual(15);
      }
    }
  });

  it("gives the same parts for the same seed", () => {
    const labels = drawLabels(300, 10);
    const divide = (seed: number) => divideStratified(labels, 10, { shares: [0.75, 0.25], seed });
    const draw = (seed: number) => divideAtRandom(100, { shares: [0.7, 0.3], seed });
    expect(divide(3)).toEqual(divide(3));
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    expect(draw(3).filter((part) => part === 1)).toHaveLength(30);
  });
});
