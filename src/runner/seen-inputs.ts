import { fail } from "../base/failure.ts";
import type { SeenUserPath } from "../cache/user-path.ts";
import type { PathReference, Stage } from "../pipeline/pipeline.ts";
import { listArtifacts } from "../pipeline/stage-artifacts.ts";
import type { UserPaths } from "./user-paths.ts";

/** What the user's files among a stage's inputs held at one moment: other stages may see them at another. */
export type SeenInputs = ReadonlyMap<PathReference, SeenUserPath>;

export async function seeInputs(
  stage: Stage,
  look: (reference: PathReference) => Promise<SeenUserPath>,
): Promise<SeenInputs> {
  const seen = new Map<PathReference, SeenUserPath>();
  for (const reference of listArtifacts(stage).values())
    if (reference.artifact === "path") seen.set(reference, await look(reference));
  return seen;
}

/** Looks once more; undefined when something holds another content than in the plan, which is then void. Hours may have passed since. */
export async function seeInputsAgain(
  stage: Stage,
  planned: SeenInputs,
  userPaths: UserPaths,
): Promise<SeenInputs | undefined> {
  const seen = await seeInputs(stage, userPaths.refresh);
  const isAsPlanned = [...seen].every(([reference, { digest }]) => digest === planned.get(reference)?.digest);
  return isAsPlanned ? seen : undefined;
}

/**
 * Throws a `FailureError` when one of the files was written to since it was seen: a result that was computed meanwhile belongs to
 * neither version. So it is when the file now holds what it held before, because the stage may have read what was there in between.
 */
export async function checkInputsUnchanged(stage: Stage, seen: SeenInputs, userPaths: UserPaths): Promise<void> {
  const now = await seeInputs(stage, userPaths.refresh);
  for (const [reference, before] of seen) {
    const after = now.get(reference);
    if (after?.stamp === before.stamp && after.digest === before.digest) continue;
    const hint = "Run the same command again, and leave the file alone meanwhile.";
    fail(
      "input",
      after?.digest === before.digest
        ? `${reference.path} was written to while the stage ran: it holds what it held before, but may have held something else.`
        : `${reference.path} was changed while the stage ran, so the result is of neither version.`,
      hint,
    );
  }
}
