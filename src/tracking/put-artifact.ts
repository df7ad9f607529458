import { constants } from "node:fs";
import { copyFile, mkdir, readFile, stat } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MlflowClient } from "./mlflow-client.ts";
import type { MlflowRun } from "./mlflow-entities.ts";
import { isRefusal } from "./refusals.ts";

const types: Readonly<Record<string, string>> = {
  ".csv": "text/csv",
  ".html": "text/html",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
  ".webp": "image/webp",
  ".yaml": "text/yaml",
};

/** A tracking server is no store of data. */
const maxBytesOfFile = 200 * 1024 * 1024;

export interface ArtifactFile {
  /** Where the file may be; the first that exists is taken. */
  readonly files: readonly string[];
  /** Below the owner's artifacts. */
  readonly path: string;
  /** A larger file stays where it is. */
  readonly maxBytes?: number;
}

/**
 * Copies a file to where a run's or a model's artifacts are: through the server's proxy, or straight into a folder of this
 * machine. Returns why it cannot, when no later try would end otherwise; throws `MlflowError` when one may.
 */
export async function putArtifact(
  client: MlflowClient,
  { artifactUri }: Pick<MlflowRun, "artifactUri">,
  { files, path, maxBytes = maxBytesOfFile }: ArtifactFile,
): Promise<string | undefined> {
  const file = await findFile(files);
  if (file === undefined) return "the file is not there any more";
  if (file.sizeBytes > maxBytes) return `the file is larger than ${maxBytes / 1024 / 1024} MiB`;
  const store = parseStore(artifactUri);
  if (store.type === "elsewhere") return `artifacts of this server are in ${store.scheme}, where pipe has no access`;
  if (store.type === "folder") return copyInto(join(store.folder, path), file.path);
  try {
    const body = { bytes: await readFile(file.path), type: types[extname(path)] ?? "application/octet-stream" };
    await client.putArtifact(`${store.root}/${path}`, body);
    return undefined;
  } catch (error) {
    if (isRefusal(error)) return error.message;
    throw error;
  }
}

async function findFile(files: readonly string[]): Promise<{ path: string; sizeBytes: number } | undefined> {
  for (const path of files) {
    const info = await stat(path).catch(() => undefined);
    if (info?.isFile()) return { path, sizeBytes: info.size };
  }
  return undefined;
}

type Store =
  | { readonly type: "proxy"; readonly root: string }
  | { readonly type: "folder"; readonly folder: string }
  | { readonly type: "elsewhere"; readonly scheme: string };

/** `mlflow-artifacts:/1/…` or `mlflow-artifacts://host/1/…` through the server; `file:///…` or `/…` on this machine. */
function parseStore(uri: string): Store {
  if (uri.startsWith("/")) return { type: "folder", folder: uri };
  if (!URL.canParse(uri)) return { type: "elsewhere", scheme: uri };
  const { protocol, pathname } = new URL(uri);
  if (protocol === "file:") return { type: "folder", folder: fileURLToPath(uri) };
  if (protocol !== "mlflow-artifacts:") return { type: "elsewhere", scheme: protocol };
  return { type: "proxy", root: decodeURIComponent(pathname).replace(/^\/+/, "") };
}

/** A folder of the server's machine, which need not be this one. */
async function copyInto(target: string, source: string): Promise<string | undefined> {
  try {
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    return undefined;
  } catch (error) {
    return `the server's folder of artifacts is not on this machine, or closed (${String(error)})`;
  }
}
