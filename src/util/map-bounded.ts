/**
 * Maps items through an async function with at most `limit` calls under way; results keep the items' order. After the
 * first rejection no further call starts.
 */
export async function mapBounded<Item, Value>(
  items: readonly Item[],
  limit: number,
  map: (item: Item, index: number) => Promise<Value>,
): Promise<Value[]> {
  const values = new Array<Value>(items.length);
  let next = 0;
  let hasFailed = false;
  const work = async (): Promise<void> => {
    while (next < items.length && !hasFailed) {
      const index = next++;
      try {
        // The index is below the length, and items may well hold undefined themselves.
        values[index] = await map(items[index] as Item, index);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return values;
}
