import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { divideAtRandom, divideStratified } from "../../src/data/stratify.ts";
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

const countOf = (labels: readonly (readonly number[])[], positions: readonly number[], label: number): number =>
  positions.filter((position) => labels[position]?.includes(label)).length;

describe("dividing a dataset", () => {
  it("keeps every class's fraction in both parts", () => {
    const labels = drawLabels(2000, 28);
    const { second } = divideStratified(labels, { numClasses: 28, fraction: 0.1, seed: 1 });
    expect(Math.abs(second.length - 200)).toBeLessThanOrEqual(10);
    const all = [...labels.keys()];
    for (let label = 0; label < 28; label += 1) {
      const wanted = countOf(labels, all, label) * 0.1;
      expect(Math.abs(countOf(labels, second, label) - wanted)).toBeLessThanOrEqual(Math.max(1, wanted * 0.1));
    }
  });

  it("puts every class of two samples or more into both parts, and every sample into one", () => {
    const sample = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 0, maxLength: 1 });
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 2, maxLength: 60 }),
        fc.integer({ min: 0, max: 99 }),
        (labels, seed) => {
          const { first, second } = divideStratified(labels, { numClasses: 6, fraction: 0.2, seed });
          expect([...first, ...second].sort((a, b) => a - b)).toEqual([...labels.keys()]);
          for (let label = 0; label < 6; label += 1) {
            if (countOf(labels, [...labels.keys()], label) < 2) continue;
            expect(countOf(labels, first, label)).toBeGreaterThan(0);
            expect(countOf(labels, second, label)).toBeGreaterThan(0);
          }
        },
      ),
    );
  });

  it("gives the same parts for the same seed", () => {
    const labels = drawLabels(300, 10);
    const divide = (seed: number) => divideStratified(labels, { numClasses: 10, fraction: 0.25, seed });
    expect(divide(3)).toEqual(divide(3));
    expect(divideAtRandom(100, 0.3, 3)).toEqual(divideAtRandom(100, 0.3, 3));
    expect(divideAtRandom(100, 0.3, 3).second).not.toEqual(divideAtRandom(100, 0.3, 4).second);
  });
});
