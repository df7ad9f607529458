import { findDamage } from "../../../cache/find-damage.ts";
import { type ListedEntry, listEntries } from "../../../cache/upkeep/list-entries.ts";
import { quarantine } from "../../../cache/upkeep/quarantine.ts";
import { renderVerification, type VerifiedEntry } from "../../../report/cache-verification.ts";
import { createPalette } from "../../../report/palette.ts";
import type { ExitCode, Invocation } from "../../command.ts";
import { openProject } from "../../open-project.ts";

/** Reads all entries again and compares them with their manifests; damaged ones leave the cache. Exit code 1 when there were any. */
export async function verifyCache(invocation: Invocation, signal: AbortSignal): Promise<ExitCode> {
  const { options, io, isColored } = invocation;
  const { cacheFolder } = openProject(invocation);
  const entries = await listEntries(cacheFolder);
  const verified: VerifiedEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    if (io.stderr.isTTY && !options.quiet)
      io.stderr.write(`\r${index + 1}/${entries.length} ${entry.manifest.madeFor}\u001b[K`);
    verified.push(await verify(entry, cacheFolder, { signal, isDryRun: options["dry-run"] === true }));
  }
  if (io.stderr.isTTY && !options.quiet) io.stderr.write("\r\u001b[K");
  const numDamaged = verified.filter(({ damages }) => damages.length > 0).length;
  io.stdout.write(
    options.json
      ? `${JSON.stringify({ version: 1, entries: verified }, undefined, 2)}\n`
      : renderVerification(verified, createPalette({ isColored })),
  );
  return numDamaged > 0 ? 1 : 0;
}

async function verify(
  { fingerprint, manifest, folder, sizeBytes }: ListedEntry,
  cacheFolder: string,
  { signal, isDryRun }: { readonly signal: AbortSignal; readonly isDryRun: boolean },
): Promise<VerifiedEntry> {
  const damages = await findDamage(folder, manifest, { signal });
  const movedTo = damages.length > 0 && !isDryRun ? await quarantine(cacheFolder, fingerprint) : undefined;
  const entry = { entry: fingerprint, stage: manifest.madeFor, sizeBytes, damages };
  return movedTo === undefined ? entry : { ...entry, movedTo };
}
