import { hostname, release } from "node:os";
import { join } from "node:path";
import type { Stage } from "../pipeline/pipeline.ts";
import type { StageSurroundings } from "../runner/runner.ts";
import { describeTensorflow, ensureTensorflow, type SetupProgress } from "../services/tensorflow-library.ts";
import { tensorflowEnvironment, tensorflowRuntime } from "../stages/tensorflow-environment.ts";
import { userCacheFolder } from "../util/user-cache-folder.ts";
import type { Io } from "./command.ts";
import { loadVersion } from "./package-version.ts";

export interface SurroundingsOptions {
  readonly stages: readonly Stage[];
  readonly io: Io;
  readonly signal: AbortSignal;
  /** Called while TensorFlow is being set up, which happens once on a machine. */
  readonly onSetup: (progress: SetupProgress) => void;
}

/** What this machine gives to stages. Sets TensorFlow up when a stage needs it: its version is part of the fingerprint. */
export async function prepareSurroundings({
  stages,
  io,
  signal,
  onSetup,
}: SurroundingsOptions): Promise<StageSurroundings> {
  const { environment } = io;
  if (stages.some(usesTensorflow)) {
    await ensureTensorflow({ cacheFolder: userCacheFolder(environment), environment, signal, report: onSetup });
  }
  return describeSurroundings(io);
}

/** The same without setting anything up: where TensorFlow is missing, no stage that needs it has a result yet. */
export function describeSurroundings({ environment, packageFolder }: Io): StageSurroundings {
  const cacheFolder = userCacheFolder(environment);
  const findLibrary = once(() => describeTensorflow({ cacheFolder, environment }));
  return {
    environment: {
      pipe: loadVersion(packageFolder),
      node: process.versions.node,
      system: `${process.platform}-${process.arch} ${release()}`,
      host: hostname(),
    },
    downloadStore: join(cacheFolder, "downloads"),
    environmentOf: (stage) => (usesTensorflow(stage) ? tensorflowEnvironment(environment) : environment),
    runtimeOf(stage) {
      const library = usesTensorflow(stage) ? findLibrary() : undefined;
      return library === undefined ? {} : tensorflowRuntime(library, environment);
    },
  };
}

function usesTensorflow(stage: Stage): boolean {
  return stage.type === "kind" && stage.tensorflow;
}

function once<Value>(compute: () => Value): () => Value {
  let found: { readonly value: Value } | undefined;
  return () => {
    found ??= { value: compute() };
    return found.value;
  };
}
