import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readFreeBytes } from "../base/disk-space.ts";
import { fail } from "../base/failure.ts";
import { withFolderLock } from "../util/folder-lock.ts";
import { compileAddon } from "./tensorflow/addon.ts";
import type { SetupContext } from "./tensorflow/context.ts";
import { type OwnLibrary, resolveOwnLibrary } from "./tensorflow/own-library.ts";
import { probeTensorflow } from "./tensorflow/probe.ts";
import { tensorflowVersion, wheelFor } from "./tensorflow/release.ts";
import { unpackWheel } from "./tensorflow/unpack.ts";
import { downloadWheel } from "./tensorflow/wheel.ts";

export type { SetupContext, SetupProgress } from "./tensorflow/context.ts";

/** A TensorFlow that is ready to be loaded. */
export interface TensorflowLibrary {
  /** Where it lies. */
  readonly folder: string;
  /** Node's addon, linked to the library; what `training/runtime` loads. */
  readonly addon: string;
  /** TensorFlow's own version, e.g. `2.21.0`. */
  readonly version: string;
  /** What it computes on. */
  readonly device: "cpu" | "gpu";
  /** The package, wheel or folder it came from. */
  readonly origin: string;
}

export interface TensorflowPlace {
  /** The user's cache, see `util/user-cache-folder.ts`. */
  readonly cacheFolder: string;
  /** `PIPE_LIBTENSORFLOW` names a wheel or folder to use instead of a download; `CXX` the compiler. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Changes whenever a finished folder of before would no longer do. */
const layoutVersion = 1;
/** Wheel, libraries, headers and addon, side by side until the wheel is removed. */
const neededBytes = 1.4e9;
const stampName = "library.json";

/** The library in use, or `undefined` when it has yet to be set up. Takes a millisecond; loads nothing. */
export function describeTensorflow({ cacheFolder, environment }: TensorflowPlace): TensorflowLibrary | undefined {
  const folder = join(parentOf(cacheFolder), folderName(ownLibrary(environment)));
  const stamp = join(folder, stampName);
  if (!existsSync(stamp)) return undefined;
  const library = { ...JSON.parse(readFileSync(stamp, "utf8")), folder, addon: join(folder, "tfjs_binding.node") };
  return existsSync(library.addon) ? library : undefined;
}

/** The library in use; fails with the way to get it when there is none. For stages, which never download it themselves. */
export function requireTensorflow(place: TensorflowPlace): TensorflowLibrary {
  return (
    describeTensorflow(place) ??
    fail("environment", "The TensorFlow library is not set up on this machine.", "Run: pipe setup")
  );
}

/**
 * Makes TensorFlow ready: downloads it, unpacks what is needed, compiles the addon and tries it out, unless all that was
 * done before. Done in a private folder that is renamed at the end, so that an interruption leaves nothing half made; two
 * processes take turns.
 */
export async function ensureTensorflow(place: TensorflowPlace & SetupContext): Promise<TensorflowLibrary> {
  const ready = describeTensorflow(place);
  if (ready) return ready;
  const parent = parentOf(place.cacheFolder);
  const onWait = (pid: number) =>
    place.report({ activity: `waiting for process ${pid}, which sets TensorFlow up`, done: 0, unit: "" });
  return withFolderLock(join(parent, ".lock"), { onWait, ...(place.signal && { signal: place.signal }) }, async () => {
    return describeTensorflow(place) ?? (await setUp(place, parent));
  });
}

async function setUp(place: TensorflowPlace & SetupContext, parent: string): Promise<TensorflowLibrary> {
  const own = ownLibrary(place.environment);
  const partial = join(parent, `.partial-${process.pid}`);
  await removePartials(parent);
  if (own?.type !== "folder") await checkSpace(parent);
  await mkdir(partial, { recursive: true });
  try {
    const origin = await bring(own, partial, place);
    const facts = await probeTensorflow(join(partial, "tfjs_binding.node"), place);
    await writeFile(join(partial, stampName), `${JSON.stringify({ ...facts, origin }, undefined, 2)}\n`);
    const folder = join(parent, folderName(own));
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return requireTensorflow(place);
}

/** Fills `folder` with the addon, and with the libraries unless they stay where the user has them. Returns their origin. */
async function bring(own: OwnLibrary | undefined, folder: string, context: SetupContext): Promise<string> {
  const target = join(folder, "tfjs_binding.node");
  if (own?.type === "folder") {
    await compileAddon({ ...own, target, runPath: own.libraryFolder }, context);
    return own.path;
  }
  const wheel = wheelFor(process.platform, process.arch);
  const file = own?.path ?? (await downloadWheel(wheel, folder, context));
  await unpackWheel(file, folder, context);
  await rm(join(folder, "wheel"), { recursive: true, force: true });
  const runPath = process.platform === "darwin" ? "@loader_path/lib" : "$ORIGIN/lib";
  const places = { libraryFolder: join(folder, "lib"), includeFolder: join(folder, "include"), target, runPath };
  await compileAddon(places, context);
  await rm(places.includeFolder, { recursive: true, force: true });
  return own?.path ?? `${wheel.package} ${tensorflowVersion}`;
}

function ownLibrary(environment: TensorflowPlace["environment"]): OwnLibrary | undefined {
  const setting = environment["PIPE_LIBTENSORFLOW"];
  return setting ? resolveOwnLibrary(setting) : undefined;
}

/** Absolute, since the addon is loaded by its path. */
function parentOf(cacheFolder: string): string {
  return resolve(cacheFolder, "tensorflow");
}

/** One folder per library, platform and layout, so that a change of any of them is a new set-up and not a mixture. */
function folderName(own: OwnLibrary | undefined): string {
  const source = own ? createHash("sha256").update(own.path).digest("hex").slice(0, 12) : tensorflowVersion;
  return `${source}-${process.platform}-${process.arch}-v${layoutVersion}`;
}

/** What processes that died left behind; only called under the lock, so nobody is at work in them. */
async function removePartials(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith(".partial-")) await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function checkSpace(parent: string): Promise<void> {
  const freeBytes = await readFreeBytes(parent);
  if (freeBytes >= neededBytes) return;
  const free = (freeBytes / 1e9).toFixed(1);
  fail(
    "disk",
    `Setting TensorFlow up needs ${neededBytes / 1e9} GB in ${parent}; ${free} GB are free.`,
    "Free some space, or put the cache elsewhere: PIPE_CACHE_DIR=<folder>.",
  );
}
