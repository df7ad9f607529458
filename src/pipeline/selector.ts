/** Which combinations of a matrix are meant: the text of the value by key; `*` for all values of that key. */
export type Selector = ReadonlyMap<string, string>;

/** Reads `fold=0,lr=0.001`; `undefined` if it has another form. Empty text selects nothing in particular. */
export function parseSelector(text: string): Selector | undefined {
  const selector = new Map<string, string>();
  if (text === "") return selector;
  for (const term of text.split(",")) {
    const match = /^\s*([A-Za-z_][\w-]*)\s*=\s*(.*?)\s*$/.exec(term);
    if (match === null || match[2] === "") return undefined;
    selector.set(match[1]!, match[2]!);
  }
  return selector;
}

/** A stage named in `needs` or on the command line: `train`, `train[fold=0]` or, as stages are shown, `train@fold=0`. */
export function parseStageName(text: string): { readonly name: string; readonly selector: Selector } | undefined {
  const match = /^([^@[\]]+)(?:\[([^\]]*)\]|@(.*))?$/.exec(text.trim());
  const selector = match === null ? undefined : parseSelector(match[2] ?? match[3] ?? "");
  return match === null || selector === undefined ? undefined : { name: match[1]!, selector };
}

/** Whether two texts stand for the same value: numbers by what they are worth, so that `1e-3` finds 0.001. */
export function isSameValue(a: string, b: string): boolean {
  if (a === b) return true;
  return a.trim() !== "" && b.trim() !== "" && Number.isFinite(Number(a)) && Number(a) === Number(b);
}
