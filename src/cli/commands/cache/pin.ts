import type { Fingerprint } from "../../../base/ids.ts";
import { listEntries } from "../../../cache/upkeep/list-entries.ts";
import { pinEntry, unpinEntry } from "../../../cache/upkeep/pins.ts";
import { listRuns, type RecordedRun } from "../../../runner/run-list.ts";
import type { ExitCode, Invocation } from "../../command.ts";
import { openProject } from "../../open-project.ts";
import { reportDiagnostics } from "../../report-diagnostics.ts";

/** Keeps entries from being removed. */
export async function pin(invocation: Invocation): Promise<ExitCode> {
  return change(invocation, { word: "pinned", apply: pinEntry });
}

/** Lets go of entries that were pinned. */
export async function unpin(invocation: Invocation): Promise<ExitCode> {
  return change(invocation, { word: "unpinned", apply: unpinEntry });
}

interface PinChange {
  readonly word: string;
  readonly apply: (cacheFolder: string, fingerprint: Fingerprint) => Promise<void>;
}

async function change(invocation: Invocation, { word, apply }: PinChange): Promise<ExitCode> {
  const { cacheFolder, runsFolder } = openProject(invocation);
  const [action = "", target = ""] = invocation.positionals;
  const entries = await listEntries(cacheFolder);
  const named = findTarget(target, await listRuns(runsFolder));
  const chosen = entries.filter(({ fingerprint }) =>
    named.size > 0 ? named.has(fingerprint) : minDigits.test(target) && fingerprint.startsWith(target),
  );
  if (chosen.length === 0) return rejectTarget(action, target, invocation);
  for (const { fingerprint, manifest } of chosen) {
    await apply(cacheFolder, fingerprint);
    invocation.io.stdout.write(`${word} ${manifest.madeFor} ${fingerprint.slice(0, 12)}\n`);
  }
  return 0;
}

/** Fewer digits may stand for several entries. */
const minDigits = /^[0-9a-f]{6,64}$/;

/** The entries of a run, of a run's stage (`RUN/STAGE`), or of a stage in the latest run that has it. */
function findTarget(target: string, runs: readonly RecordedRun[]): ReadonlySet<Fingerprint> {
  const [first = "", stage] = target.split("/");
  const run = first === "latest" ? runs.at(-1) : runs.find(({ id }) => id === first);
  const inRun = [...(run?.results ?? [])].filter(([id]) => stage === undefined || id === stage);
  if (run !== undefined) return new Set(inRun.map(([, { fingerprint }]) => fingerprint));
  const latest = runs.flatMap(({ results }) => [...results].filter(([id]) => id === target)).at(-1);
  return new Set(latest === undefined ? [] : [latest[1].fingerprint]);
}

function rejectTarget(action: string, target: string, invocation: Invocation): ExitCode {
  const message = target === "" ? `pipe cache ${action} needs what to ${action}` : `there is no result "${target}"`;
  const hint =
    "Name an entry (6 digits or more, see pipe cache ls), a run, RUN/STAGE, or a stage for its latest result.";
  const code = target === "" ? "PIPE304" : "PIPE306";
  reportDiagnostics({ diagnostics: [{ code, severity: "error", message, hint }], sources: new Map() }, invocation);
  return 2;
}
