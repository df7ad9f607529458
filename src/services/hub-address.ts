import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { FailureError } from "../base/failure.ts";
import type { Clock } from "./clock.ts";
import type { DownloadAddress } from "./download-transfer.ts";
import { discardBody, send, transientAnswer } from "./http-request.ts";

/** A file of a repository on the Hugging Face hub. */
export interface HubFile {
  /** e.g. `timm/resnet34.a1_in1k`. */
  readonly repository: string;
  /** e.g. `model.safetensors`. */
  readonly file: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

export interface HubContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What the hub says of a file, and where it sends us for it. */
export interface HubAnswer {
  readonly address: DownloadAddress;
  /** The hub's name for the content: the sha256 of large files, something else for small ones. Without quotes. */
  readonly etag: string | undefined;
  readonly sizeBytes: number | undefined;
}

const maxRedirects = 5;

/** Asks the hub for a file without fetching it. The token goes to the hub's own host and to no other. */
export async function askHub(file: HubFile, context: HubContext): Promise<HubAnswer> {
  const endpoint = (context.environment["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, "");
  const path = file.file.split("/").map(encodeURIComponent).join("/");
  let url = `${endpoint}/${file.repository}/resolve/${encodeURIComponent(file.revision)}/${path}`;
  const token = await findToken(context.environment);
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  // The hub describes the file in the answer that first names it, which may be a redirect to another page of its own.
  let described: Headers | undefined;
  for (let numRedirects = 0; numRedirects <= maxRedirects; numRedirects++) {
    const response = await send({
      method: "HEAD",
      url,
      headers: { ...headers, "Accept-Encoding": "identity" },
      redirect: "manual",
      timeoutMs: 60_000,
      signal: context.signal,
    });
    await discardBody(response);
    const trouble = transientAnswer(response, context.clock);
    if (trouble !== undefined) throw trouble;
    if (response.status >= 400) throw explainHubRefusal(file, response, token !== undefined);
    if (response.headers.has("x-linked-etag")) described ??= response.headers;
    const location = response.headers.get("location");
    if (location === null) return { address: { url, headers }, ...describeContent(described ?? response.headers) };
    const next = new URL(location, url);
    if (next.origin !== new URL(url).origin) {
      return { address: { url: next.href }, ...describeContent(described ?? response.headers, { isRedirect: true }) };
    }
    url = next.href;
  }
  throw new FailureError({ cause: "network", message: `the hub sends ${file.repository} around in circles` });
}

function describeContent(
  headers: Headers,
  { isRedirect = false } = {},
): { etag: string | undefined; sizeBytes: number | undefined } {
  const etag = headers.get("x-linked-etag") ?? headers.get("etag");
  const size = headers.get("x-linked-size") ?? (isRedirect ? null : headers.get("content-length"));
  return {
    etag: etag?.replace(/^W\//, "").replaceAll('"', "") || undefined,
    sizeBytes: size !== null && /^\d+$/.test(size) ? Number(size) : undefined,
  };
}

/** `HF_TOKEN`, or the file in which `hf auth login` keeps it. */
async function findToken(environment: HubContext["environment"]): Promise<string | undefined> {
  if (environment["HF_TOKEN"]) return environment["HF_TOKEN"].trim();
  const cache = environment["XDG_CACHE_HOME"] || join(environment["HOME"] ?? homedir(), ".cache");
  const path = environment["HF_TOKEN_PATH"] || join(environment["HF_HOME"] || join(cache, "huggingface"), "token");
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trim() || undefined;
}

function explainHubRefusal(file: HubFile, response: Response, hasToken: boolean): FailureError {
  const name = `${file.repository}/${file.file} at ${file.revision}`;
  if (response.status === 401 || response.status === 403) {
    return new FailureError({
      cause: "refused",
      message: `the Hugging Face hub does not hand out ${name} (${response.status})`,
      hint: hasToken
        ? "the token may be wrong, or the repository asks to accept its terms first: open its page while logged in"
        : "check the repository's name; a private or gated one needs a token in HF_TOKEN",
    });
  }
  const code = response.headers.get("x-error-code");
  const what =
    code === "EntryNotFound" ? "file" : code === "RevisionNotFound" ? "revision" : "file, revision or repository";
  return new FailureError({
    cause: "configuration",
    message: `the Hugging Face hub has no such ${what}: ${name} (${response.status})`,
    hint: `see https://huggingface.co/${file.repository}/tree/main for what is there`,
  });
}
