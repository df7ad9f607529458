import { dirname, join, resolve } from "node:path";
import type { Attempt } from "../cache/cache.ts";
import type { KindStage, Stage } from "../pipeline/pipeline.ts";
import { mapArtifacts } from "../pipeline/stage-artifacts.ts";
import type { StageInputPath } from "./plan-stage.ts";
import type { RunState } from "./run-state.ts";
import type { KindWork, StageSpec } from "./stage-spec.ts";

interface SpecNeeds {
  readonly attempt: Attempt;
  readonly inputs: Readonly<Record<string, StageInputPath>>;
  readonly eventsFile: string;
  readonly state: RunState;
}

/** Writes down all that the process of a stage has to know. */
export function createStageSpec(stage: Stage, { attempt, inputs, eventsFile, state }: SpecNeeds): StageSpec {
  const { project, surroundings, executor, capacity } = state.options;
  const outputs = Object.entries(stage.outputs).map(([name, { path, shape }]) => [
    name,
    { path: join(attempt.outputsFolder, path), shape },
  ]);
  const stageFolder = state.record.openStage(stage.id);
  return {
    version: 1,
    runId: state.run,
    stageId: stage.id,
    work:
      stage.type === "kind"
        ? {
            type: "kind",
            uses: stage.uses,
            with: mapArtifacts(stage.with, (_reference, place) => inputs[place]?.path),
            ...locateModule(stage),
          }
        : { type: "command", run: stage.run, env: stage.env, passEnv: stage.passEnv },
    inputs,
    outputs: Object.fromEntries(outputs),
    folders: {
      project: project.folder,
      outputs: attempt.outputsFolder,
      work: attempt.workFolder,
      packs: project.packStore,
      downloads: surroundings.downloadStore,
      links: join(stageFolder, "inputs"),
    },
    artifactsFile: join(stageFolder, "artifacts.json"),
    identityFile: attempt.identityFile,
    eventsFile,
    endsWithRunner: !executor.outlivesRunner,
    numWorkers: Math.ceil(stage.execution.resources.cpu ?? capacity.cpu),
  };
}

function locateModule({ code }: KindStage): Pick<KindWork, "module"> {
  if (code === undefined) return {};
  const file = resolve(code.file);
  return { module: { file, folder: dirname(file), digests: code.digests } };
}
