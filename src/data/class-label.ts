/** What a class is called in tables and plots: its number and, where it has one, its name. */
export function classLabel(label: number, classNames: readonly string[] | null): string {
  const name = classNames?.[label];
  return name === undefined ? String(label) : `${label} ${name}`;
}
