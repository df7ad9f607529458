/** Some of a batch's rows, one after the other. */
export interface Rows {
  readonly first: number;
  readonly count: number;
}

/** Cuts a batch into as few parts as `limit` samples at a time allow, all as equal as can be. */
export function cutIntoParts(batch: number, limit: number): readonly Rows[] {
  const numParts = countParts(batch, limit);
  const small = Math.floor(batch / numParts);
  const numLarge = batch % numParts;
  return Array.from({ length: numParts }, (_, index) => ({
    first: index * small + Math.min(index, numLarge),
    count: index < numLarge ? small + 1 : small,
  }));
}

/** Samples of the smallest part. */
export function smallestPartOf(batch: number, limit: number): number {
  return Math.floor(batch / countParts(batch, limit));
}

/** The limit that makes twice as many parts, none below `smallest` samples; `undefined` when there is none. */
export function halveLimit(batch: number, limit: number, smallest: number): number | undefined {
  const numParts = countParts(batch, limit);
  const more = Math.min(2 * numParts, Math.floor(batch / smallest));
  return more > numParts ? Math.ceil(batch / more) : undefined;
}

function countParts(batch: number, limit: number): number {
  return Math.ceil(batch / limit);
}
