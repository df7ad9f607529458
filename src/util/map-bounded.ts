/**
 * Maps items through an async function with at most `limit` calls under way; results keep the items' order. After the
 * first rejection no further call starts. Rejects once none is under way, as the first of the items that failed does: which
 * one that is does not depend on how long each took.
 */
export async function mapBounded<Item, Value>(
  items: readonly Item[],
  limit: number,
  map: (item: Item, index: number) => Promise<Value>,
): Promise<Value[]> {
  const values = new Array<Value>(items.length);
  const failures = new Map<number, unknown>();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length && failures.size === 0) {
      const index = next++;
      try {
        // The index is below the length, and items may well hold undefined themselves.
        values[index] = await map(items[index] as Item, index);
      } catch (error) {
        failures.set(index, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  return values;
}
