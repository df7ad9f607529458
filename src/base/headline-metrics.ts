/** Of a stage that names its best epoch, that one's metrics; else what was measured on held-out data or by a competition. */
export function selectHeadlines<Value>(
  metrics: readonly (readonly [name: string, value: Value])[],
): readonly (readonly [name: string, value: Value])[] {
  const best = metrics.filter(([name]) => name.startsWith("best/"));
  return best.length > 0 ? best : metrics.filter(([name]) => /^(val|test|kaggle)\//.test(name) || !name.includes("/"));
}
