import { copyFile, mkdir, readFile, stat } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MlflowClient } from "./mlflow-client.ts";
import type { MlflowRun } from "./mlflow-entities.ts";

const types: Readonly<Record<string, string>> = {
  ".csv": "text/csv",
  ".html": "text/html",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
  ".yaml": "text/yaml",
};

/** Larger files stay where they are: a tracking server is no store of data. */
const maxBytes = 200 * 1024 * 1024;

/**
 * Copies a file to where the run's artifacts are: through the server's proxy, or straight into a folder of this machine. Returns
 * false when the file is gone, too large, or the server keeps artifacts where only a client of that store gets in.
 */
export async function putArtifact(
  client: MlflowClient,
  run: MlflowRun,
  { file, path }: { file: string; path: string },
): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile() || info.size > maxBytes) return false;
  const uri = new URL(run.artifactUri);
  if (uri.protocol === "file:") {
    const target = join(fileURLToPath(uri), path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(file, target);
    return true;
  }
  if (uri.protocol !== "mlflow-artifacts:") return false;
  const root = decodeURIComponent(uri.pathname).replace(/^\/+/, "");
  await client.putArtifact(`${root}/${path}`, {
    bytes: await readFile(file),
    type: types[extname(path)] ?? "application/octet-stream",
  });
  return true;
}
