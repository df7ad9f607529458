import { constants, type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { atomicWrite } from "../util/atomic-write.ts";
import { type DigestAlgorithm, DigestStream, type Digests, digestAlgorithms } from "./digests.ts";

/** What the server says about the file that a part belongs to. */
export interface RemoteIdentity {
  /** A strong ETag, quotes included. */
  readonly etag: string | undefined;
  /** As the server wrote it. */
  readonly lastModified: string | undefined;
  /** Undefined when the server does not say. */
  readonly sizeBytes: number | undefined;
  /** What the server says the content's digests are, from `x-goog-hash`. */
  readonly digests: Digests;
}

/**
 * A file that is not complete yet (`X.part`) and, beside it, whose beginning it is (`X.part.json`). The pair survives a
 * kill at any instant: the note is written before the first byte, and how far the part is, is its length.
 */
export class PartFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #sizeBytes: number;
  #identity: RemoteIdentity | undefined;
  /** Covers the first `#sizeBytes` bytes; undefined until those from an earlier attempt have been read. */
  #digests: DigestStream | undefined;

  private constructor(path: string, handle: FileHandle, sizeBytes: number, identity: RemoteIdentity | undefined) {
    this.path = path;
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
    this.#identity = identity;
  }

  /** Opens what an earlier attempt left, or an empty part. */
  static async open(path: string): Promise<PartFile> {
    const identity = await readIdentity(notePath(path));
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT);
    // Bytes of unknown origin are worth nothing.
    if (identity === undefined) await handle.truncate(0);
    const { size } = await handle.stat();
    return new PartFile(path, handle, size, identity);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Undefined while nothing is known of the remote file. */
  get identity(): RemoteIdentity | undefined {
    return this.#identity;
  }

  /** What to send as `If-Range`; undefined when no answer can be trusted to continue this part. */
  get validator(): string | undefined {
    return this.#sizeBytes === 0 ? undefined : (this.#identity?.etag ?? this.#identity?.lastModified);
  }

  /** Throws away what is there and starts on the given file, or, without one, on whatever comes next. */
  async restart(identity: RemoteIdentity | undefined, algorithms: readonly DigestAlgorithm[] = []): Promise<void> {
    // Emptied first: a kill in between leaves an empty part with an old note, which is harmless.
    await this.#handle.truncate(0);
    this.#sizeBytes = 0;
    this.#identity = identity;
    this.#digests = new DigestStream(algorithms);
    if (identity === undefined) await rm(notePath(this.path), { force: true });
    else await saveIdentity(notePath(this.path), identity);
  }

  /** Makes the digests cover what an earlier process wrote. */
  async resume(algorithms: readonly DigestAlgorithm[]): Promise<void> {
    if (this.#digests !== undefined) return;
    const digests = new DigestStream(algorithms);
    await digests.updateFromFile(this.path, this.#sizeBytes);
    this.#digests = digests;
  }

  async append(chunk: Uint8Array): Promise<void> {
    let numWritten = 0;
    while (numWritten < chunk.byteLength) {
      const { bytesWritten } = await this.#handle.write(chunk, numWritten, undefined, this.#sizeBytes + numWritten);
      numWritten += bytesWritten;
    }
    this.#digests?.update(chunk);
    this.#sizeBytes += chunk.byteLength;
  }

  /** Digests of all bytes; ends the part, but for `restart`. */
  async finish(algorithms: readonly DigestAlgorithm[]): Promise<Digests> {
    await this.resume(algorithms);
    await this.#handle.sync();
    return this.#digests?.finish() ?? {};
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Gives the closed part its final name and forgets the note. */
  async moveTo(target: string): Promise<void> {
    await rename(this.path, target);
    await rm(notePath(this.path), { force: true });
  }
}

/** Where the note about a part lies. */
function notePath(partPath: string): string {
  return `${partPath}.json`;
}

async function readIdentity(path: string): Promise<RemoteIdentity | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const note: unknown = JSON.parse(text);
    if (typeof note !== "object" || note === null || !("version" in note) || note.version !== 1) return undefined;
    const field = (name: string): unknown => (note as Record<string, unknown>)[name];
    const asText = (value: unknown) => (typeof value === "string" ? value : undefined);
    const sizeBytes = field("sizeBytes");
    return {
      etag: asText(field("etag")),
      lastModified: asText(field("lastModified")),
      sizeBytes: typeof sizeBytes === "number" ? sizeBytes : undefined,
      digests: readDigests(field("digests")),
    };
  } catch {
    return undefined;
  }
}

async function saveIdentity(path: string, identity: RemoteIdentity): Promise<void> {
  await atomicWrite(
    path,
    `${JSON.stringify({ version: 1, ...identity }, null, 2)}
`,
  );
}

function readDigests(value: unknown): Digests {
  if (typeof value !== "object" || value === null) return {};
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(
    digestAlgorithms.filter((name) => typeof fields[name] === "string").map((name) => [name, fields[name]]),
  );
}
