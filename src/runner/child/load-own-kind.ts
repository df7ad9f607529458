import { register } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FailureError, fail } from "../../base/failure.ts";
import type { StageKind } from "../../stages/stage-kind.ts";
import type { OwnModule } from "../stage-spec.ts";

/** What the hooks are told. */
export interface HookData {
  /** The digest of each file that may be loaded beside packages, by its URL. */
  readonly digests: Readonly<Record<string, string>>;
  /** What `pipe/stage` stands for. */
  readonly authoring: string;
}

/**
 * Loads a stage kind of the user's, types taken out of it and of what it imports. Throws `FailureError` where it cannot be compiled
 * or loaded, or is no stage kind, or is not what the plan has seen any more.
 */
export async function loadOwnKind({ file, folder, digests }: OwnModule): Promise<Pick<StageKind<never>, "run">> {
  const urls = Object.entries(digests).map(([path, digest]) => [pathToFileURL(join(folder, path)).href, digest]);
  // Beside this module there is JavaScript: it runs compiled. Not by the package's name, under which a newer build may lie by now.
  const hooks = new URL("./own-kind-hooks.js", import.meta.url);
  const authoring = new URL("./authoring.js", import.meta.url).href;
  register(hooks, { data: { digests: Object.fromEntries(urls), authoring } satisfies HookData });
  const module = await importModule(file);
  const kind = module["default"];
  if (typeof kind === "object" && kind !== null && "run" in kind && typeof kind.run === "function") {
    return kind as Pick<StageKind<never>, "run">; // the schema vouches for what it is called with
  }
  return fail("configuration", `${file} exports no stage kind.`, "Write: export default { async run(stage) { … } }.");
}

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof FailureError) throw error;
    const detail = error instanceof Error ? error.stack : undefined;
    const message = error instanceof Error ? error.message : String(error);
    const place = /\.[cm]?[jt]s:\d+/.test(message) ? "" : `${file} cannot be loaded: `;
    throw new FailureError({
      cause: "configuration",
      message: `${place}${message}`,
      ...(detail === undefined || detail === message ? {} : { detail }),
    });
  }
}
