import { stat } from "node:fs/promises";

/** What to say of a file of credentials that other users of this machine can read; undefined when they cannot, or when modes do not tell. */
export async function describeExposure(path: string): Promise<string | undefined> {
  if (process.platform === "win32") return undefined;
  const mode = (await stat(path).catch(() => undefined))?.mode ?? 0;
  if ((mode & 0o044) === 0) return undefined;
  return `other users of this machine can read the Kaggle credentials in ${path}; to keep them to yourself: chmod 600 ${path}`;
}
