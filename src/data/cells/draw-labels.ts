import { createRandom, drawIndex, type Random } from "../../util/random.ts";
import { cardinalities, classCounts } from "./class-frequencies.ts";

const lysosomes = 10;
const endosomes = 9;

/**
 * Draws the classes of each sample, ascending, in the proportions of the real data. Every class is there `minimum` times at
 * least, so that a small set can be divided with all of them in both parts.
 */
export function drawLabels(numSamples: number, minimum: number, key: readonly (number | string)[]): number[][] {
  const random = createRandom(...key, "labels");
  const sets = Array.from({ length: numSamples }, () => drawSet(random));
  for (const [label] of classCounts.entries()) {
    const missing = minimum - sets.filter((set) => set.has(label)).length;
    for (let added = 0; added < missing; ) {
      const set = sets[Math.floor(random.uniform() * numSamples)] as Set<number>;
      if (set.has(label)) continue;
      set.add(label);
      added += 1;
    }
  }
  return sets.map((set) => [...set].sort((a, b) => a - b));
}

function drawSet(random: Random): Set<number> {
  const size = drawIndex(cardinalities, random) + 1;
  const set = new Set<number>();
  while (set.size < size) set.add(drawIndex(classCounts, random));
  // As in the real data, where no image shows lysosomes without endosomes.
  if (set.has(lysosomes)) set.add(endosomes);
  return set;
}
