import { createRandom } from "../util/random.ts";

/** Samples by their positions, divided into parts. */
export interface Division {
  /** Of each part, which share of all samples it should have; they sum to 1. */
  readonly shares: readonly number[];
  readonly seed: number;
  /** Positions that stay together, each position in one group; every sample by itself unless given. */
  readonly groups?: readonly (readonly number[])[];
}

/** The part of each sample, by its position. */
export type PartOf = Int8Array;

/** Divides samples at random. */
export function divideAtRandom(numSamples: number, { shares, seed, groups = singles(numSamples) }: Division): PartOf {
  const random = createRandom(seed, "split");
  const keys = groups.map(() => random.uniform());
  const order = keys.map((_, index) => index).sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  const parts = new Int8Array(numSamples);
  // The last part is filled first, then the one before it, each until it has its share.
  let part = shares.length - 1;
  let [wanted, numDealt] = [numSamples * (shares[part] as number), 0];
  for (const index of order) {
    while (part > 0 && numDealt >= Math.round(wanted)) {
      part -= 1;
      wanted += numSamples * (shares[part] as number);
    }
    const group = groups[index] as readonly number[];
    for (const position of group) parts[position] = part;
    numDealt += group.length;
  }
  return parts;
}

/**
 * Divides multi-label samples so that each class has nearly its share in every part (iterative stratification, Sechidis 2011):
 * the class with the fewest samples left is dealt out first, each group to the part that still wants most of the class.
 * Afterwards every class with as many samples as there are parts is present in each, as far as groups allow.
 */
export function divideStratified(
  labels: readonly (readonly number[])[],
  numClasses: number,
  { shares, seed, groups = singles(labels.length) }: Division,
): PartOf {
  const parts = new Int8Array(labels.length).fill(-1);
  const random = createRandom(seed, "stratify");
  const groupsByClass = listGroupsByClass(labels, groups, numClasses);
  const remaining = countByClass(labels, numClasses);
  const wantedOfClass = remaining.map((count) => shares.map((share) => count * share));
  const wanted = shares.map((share) => labels.length * share);

  const deal = (group: readonly number[], part: number): void => {
    for (const position of group) {
      parts[position] = part;
      wanted[part] = (wanted[part] as number) - 1;
      for (const label of labels[position] as readonly number[]) {
        remaining[label] = (remaining[label] as number) - 1;
        const ofClass = wantedOfClass[label] as number[];
        ofClass[part] = (ofClass[part] as number) - 1;
      }
    }
  };
  const isDealt = ([first]: readonly number[]): boolean => first === undefined || parts[first] !== -1;

  for (let label = rarest(remaining); label !== undefined; label = rarest(remaining)) {
    for (const group of groupsByClass[label] as readonly (readonly number[])[]) {
      if (!isDealt(group)) deal(group, choosePart(wantedOfClass[label] as number[], wanted, random.uniform()));
    }
  }
  for (const group of groups) {
    if (!isDealt(group)) deal(group, choosePart(wanted, wanted, random.uniform()));
  }
  coverClasses(labels, { groupsByClass, parts, numParts: shares.length });
  return parts;
}

function singles(count: number): number[][] {
  return Array.from({ length: count }, (_, position) => [position]);
}

function listGroupsByClass(
  labels: readonly (readonly number[])[],
  groups: readonly (readonly number[])[],
  numClasses: number,
): (readonly number[])[][] {
  const byClass = Array.from({ length: numClasses }, (): (readonly number[])[] => []);
  for (const group of groups) {
    const present = new Set(group.flatMap((position) => labels[position] as readonly number[]));
    for (const label of present) byClass[label]?.push(group);
  }
  return byClass;
}

function countByClass(labels: readonly (readonly number[])[], numClasses: number): number[] {
  const counts = new Array<number>(numClasses).fill(0);
  for (const label of labels.flat()) counts[label] = (counts[label] as number) + 1;
  return counts;
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
  const mostOf = (values: readonly number[], among: readonly number[]): readonly number[] => {
    const most = Math.max(...among.map((part) => values[part] as number));
    return among.filter((part) => values[part] === most);
  };
  const best = mostOf(wanted, mostOf(ofClass, [...ofClass.keys()]));
  return best[Math.floor(chance * best.length)] as number;
}

/** Moves one group for each class that a part lacks though there are enough samples, never taking another class's last. */
function coverClasses(
  labels: readonly (readonly number[])[],
  place: {
    readonly groupsByClass: readonly (readonly (readonly number[])[])[];
    readonly parts: Int8Array;
    readonly numParts: number;
  },
): void {
  const { groupsByClass, parts, numParts } = place;
  const partOf = (group: readonly number[]): number => parts[group[0] as number] as number;
  const countIn = (label: number, part: number): number =>
    (groupsByClass[label] as readonly (readonly number[])[]).filter((group) => partOf(group) === part).length;
  const labelsOf = (group: readonly number[]): readonly number[] => [
    ...new Set(group.flatMap((position) => labels[position] as readonly number[])),
  ];
  for (const [label, groups] of groupsByClass.entries()) {
    if (groups.length < numParts) continue;
    for (let part = 0; part < numParts; part += 1) {
      if (countIn(label, part) > 0) continue;
      const movable = groups.filter((group) => labelsOf(group).every((one) => countIn(one, partOf(group)) > 1));
      // The group with the fewest samples and labels disturbs the other classes least.
      const cost = (group: readonly number[]): number => group.length * 1000 + labelsOf(group).length;
      const [chosen] = [...movable].sort((a, b) => cost(a) - cost(b) || (a[0] as number) - (b[0] as number));
      for (const position of chosen ?? []) parts[position] = part;
    }
  }
}
