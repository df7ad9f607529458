import { relative, resolve } from "node:path";
import { FailureError } from "../../base/failure.ts";
import { listArtifacts } from "../../pipeline/stage-artifacts.ts";
import { errorCode } from "../../util/error-code.ts";
import { createPathWatcher, isWithin, type PathWatcher } from "../../util/path-watcher.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { loadPipeline } from "../load-pipeline.ts";
import { openProject } from "../open-project.ts";
import { withInterrupts } from "../with-interrupts.ts";
import { run } from "./run.ts";

const maxShown = 3;

/**
 * Runs a pipeline, and again whenever its documents, its own kinds' files or what its stages read have changed. What changes during a run
 * is for the next one, so that no stage is ended for a change that does not concern it.
 */
export async function watch(invocation: Invocation): Promise<ExitCode> {
  const { io } = invocation;
  const { stateFolder, runsFolder } = openProject(invocation);
  const watcher = createPathWatcher((path) => isWithin(path, stateFolder) || isWithin(path, runsFolder));
  return withInterrupts(invocation, async (signal) => {
    for (;;) {
      await watchInputs(watcher, invocation);
      if ((await run(invocation)) === 130) return 130;
      io.stdout.write("\nwatching; Ctrl-C ends\n");
      const changed = await watcher.waitForChanges(signal);
      io.stdout.write(`changed: ${describePaths(changed, io.workingFolder)}\n\n`);
    }
  }).finally(() => watcher.close());
}

async function watchInputs(watcher: PathWatcher, invocation: Invocation): Promise<void> {
  const loaded = await loadPipeline(invocation);
  const paths = loaded.ok ? [...loaded.value.files] : [...loaded.error.files];
  if (loaded.ok) {
    for (const stage of loaded.value.pipeline.stages) {
      for (const reference of listArtifacts(stage).values())
        if (reference.artifact === "path") paths.push(resolve(invocation.folder, reference.path));
    }
  }
  try {
    await watcher.watch([...new Set(paths)]);
  } catch (error) {
    if (errorCode(error) !== "ENOSPC" && errorCode(error) !== "EMFILE") throw error;
    const message = "The system does not watch as many folders as the stages read.";
    const hint = "Raise the limit: sysctl fs.inotify.max_user_watches=524288 (and max_user_instances=1024).";
    throw new FailureError({ cause: "environment", message, hint }, { cause: error });
  }
}

function describePaths(paths: readonly string[], workingFolder: string): string {
  const shown = paths.slice(0, maxShown).map((path) => relative(workingFolder, path));
  return `${shown.join(", ")}${paths.length > maxShown ? ` and ${paths.length - maxShown} more` : ""}`;
}
