import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { listFiles } from "./list-files.ts";
import { mapBounded } from "./map-bounded.ts";

const concurrency = 16;

/** The bytes of a file, or of all files below a folder; 0 when there is nothing. What vanishes meanwhile does not count. */
export async function measureFolder(path: string): Promise<number> {
  const own = await lstat(path).catch(() => undefined);
  if (own === undefined) return 0;
  if (!own.isDirectory()) return own.size;
  const files = await listFiles(path).catch(() => []);
  const sizes = await mapBounded(files, concurrency, (file) =>
    lstat(join(path, file.path)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
