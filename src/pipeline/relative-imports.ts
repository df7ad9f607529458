/**
 * The relative paths that a module imports or exports from, static and dynamic, in the order of the text. Comments and strings
 * that look like imports count too: a file more in a fingerprint does no harm, one less would.
 */
export function listRelativeImports(text: string): readonly string[] {
  const pattern = /(?:\bfrom|\bimport)\s*\(?\s*(["'`])(\.{1,2}\/[^"'`\n]+)\1/g;
  return [...new Set([...text.matchAll(pattern)].map((match) => match[2] ?? ""))];
}
