import { stat } from "node:fs/promises";

/** Whether something is there, followed through links. */
export async function pathExists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
