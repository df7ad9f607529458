import { createRandom } from "../util/random.ts";

export interface StratifyOptions {
  readonly numClasses: number;
  /** The fraction of samples that goes to the second part, between 0 and 1. */
  readonly fraction: number;
  readonly seed: number;
}

/** Positions of the samples in each part, ascending. */
export interface TwoParts {
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/** Divides samples at random. */
export function divideAtRandom(numSamples: number, fraction: number, seed: number): TwoParts {
  const random = createRandom(seed, "split");
  const keys = Array.from({ length: numSamples }, () => random.uniform());
  const order = keys.map((_, index) => index).sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  const inSecond = new Set(order.slice(0, Math.round(numSamples * fraction)));
  return partition(numSamples, (position) => inSecond.has(position));
}

/**
 * Divides multi-label samples so that each class has nearly the same fraction of its samples in both parts (iterative
 * stratification, Sechidis 2011): the class with the fewest samples left is dealt out first, each sample to the part that still
 * wants most of the class. Afterwards every class of two samples or more is present in both parts.
 */
export function divideStratified(labels: readonly (readonly number[])[], options: StratifyOptions): TwoParts {
  const { fraction, seed } = options;
  const shares = [1 - fraction, fraction] as const;
  const parts = new Int8Array(labels.length).fill(-1);
  const random = createRandom(seed, "stratify");
  const byClass = listByClass(labels, options.numClasses);
  const remaining = byClass.map((positions) => positions.length);
  const wantedOfClass = remaining.map((count) => shares.map((share) => count * share));
  const wanted = shares.map((share) => labels.length * share);

  const deal = (position: number, part: number): void => {
    parts[position] = part;
    wanted[part] = (wanted[part] as number) - 1;
    for (const label of labels[position] as readonly number[]) {
      remaining[label] = (remaining[label] as number) - 1;
      const ofClass = wantedOfClass[label] as number[];
      ofClass[part] = (ofClass[part] as number) - 1;
    }
  };

  for (let label = rarest(remaining); label !== undefined; label = rarest(remaining)) {
    for (const position of byClass[label] as readonly number[]) {
      if (parts[position] === -1)
        deal(position, choosePart(wantedOfClass[label] as number[], wanted, random.uniform()));
    }
  }
  for (const position of parts.keys()) {
    if (parts[position] === -1) deal(position, choosePart(wanted, wanted, random.uniform()));
  }
  coverClasses(labels, byClass, parts);
  return partition(labels.length, (position) => parts[position] === 1);
}

function listByClass(labels: readonly (readonly number[])[], numClasses: number): number[][] {
  const byClass = Array.from({ length: numClasses }, (): number[] => []);
  for (const [position, ofSample] of labels.entries()) for (const label of ofSample) byClass[label]?.push(position);
  return byClass;
}

/** The class with the fewest samples left to deal out, the lower index of equals. */
function rarest(remaining: readonly number[]): number | undefined {
  let best: number | undefined;
  for (const [label, count] of remaining.entries()) {
    if (count > 0 && (best === undefined || count < (remaining[best] as number))) best = label;
  }
  return best;
}

/** The part that wants most of the class; of equals the one that wants most samples; of equals by chance. */
function choosePart(ofClass: readonly number[], wanted: readonly number[], chance: number): number {
  const [firstOfClass = 0, secondOfClass = 0] = ofClass;
  if (firstOfClass !== secondOfClass) return firstOfClass > secondOfClass ? 0 : 1;
  const [first = 0, second = 0] = wanted;
  if (first !== second) return first > second ? 0 : 1;
  return chance < 0.5 ? 0 : 1;
}

/** Moves one sample for each class that one part lacks though there are two or more, never taking another class's last. */
function coverClasses(
  labels: readonly (readonly number[])[],
  byClass: readonly (readonly number[])[],
  parts: Int8Array,
): void {
  const countIn = (label: number, part: number): number =>
    (byClass[label] as readonly number[]).filter((position) => parts[position] === part).length;
  for (const [label, positions] of byClass.entries()) {
    if (positions.length < 2) continue;
    for (const part of [0, 1]) {
      if (countIn(label, part) > 0) continue;
      const other = 1 - part;
      const movable = positions.filter((position) =>
        (labels[position] as readonly number[]).every((one) => countIn(one, other) > 1),
      );
      // The sample with the fewest labels disturbs the other classes least.
      const [chosen] = [...movable].sort((a, b) => (labels[a]?.length ?? 0) - (labels[b]?.length ?? 0) || a - b);
      if (chosen !== undefined) parts[chosen] = part;
    }
  }
}

function partition(count: number, isSecond: (position: number) => boolean): TwoParts {
  const positions = Array.from({ length: count }, (_, index) => index);
  return { first: positions.filter((position) => !isSecond(position)), second: positions.filter(isSecond) };
}
