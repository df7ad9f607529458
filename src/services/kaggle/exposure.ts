import { stat } from "node:fs/promises";

/** Whether other users of this machine can read a file, as far as modes tell. */
export async function isReadableByOthers(path: string): Promise<boolean> {
  if (process.platform === "win32") return false;
  const mode = (await stat(path).catch(() => undefined))?.mode ?? 0;
  return (mode & 0o044) !== 0;
}
