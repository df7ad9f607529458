import type { StageLog } from "../base/event.ts";

/**
 * A kind of stage: what `uses: model/train` names. Everything that the plan must know without loading this code
 * (parameters, artifact kinds taken and given, revision) is in `schemas/stages/<kind>.schema.json`.
 */
export interface StageKind<With> {
  /** e.g. `model/train`; equals `x-uses` in the schema. */
  readonly uses: string;
  /**
   * Does the stage's work. Returns when all declared outputs are complete; throws `FailureError` for what the user or
   * the world did, anything else for a bug.
   */
  run(stage: StageContext<With>): Promise<void>;
}

/** What a stage sees of the world: nothing else may decide its result. */
export interface StageContext<With> {
  /** The checked parameters; references to artifacts are absolute paths. */
  readonly with: With;
  /** Identity of each input artifact, by its place in `with`, e.g. `dataset` or `models.0`. */
  readonly inputs: Readonly<Record<string, StageInputArtifact>>;
  /** Absolute path at which the output of that name is to be written: a file, or a folder that exists and is empty. */
  output(name: string): string;
  /** A folder kept from one attempt to the next under the same fingerprint: checkpoints, partial downloads. */
  readonly workFolder: string;
  /** A store of packed images shared by all stages of the project (`data/image-pack.ts`). */
  readonly packStore: string;
  /** A folder of downloads shared by all projects of the user, e.g. pretrained weights. */
  readonly downloadStore: string;
  /** The environment of the process; for credentials and settings that do not decide the result. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user interrupts: keep what can be resumed from and return promptly by throwing `signal.reason`. */
  readonly signal: AbortSignal;
  readonly runId: string;
  readonly stageId: string;
  readonly numWorkers: number;

  progress(progress: { activity: string; done: number; total?: number; unit: string; note?: string }): void;
  /** `step` is the epoch index unless the name starts with `batch/`; 0 for a number that exists once. */
  metric(name: string, value: number, step?: number): void;
  log(level: StageLog["level"], text: string): void;
  /** Marks a file inside an output as worth showing with the run. */
  showFile(absolutePath: string): void;
  /**
   * Shows a picture inside an output as one of a series, which can be followed from step to step; `preview` is the path of the
   * same picture within 256 x 256 pixels.
   */
  showImage(image: { key: string; step: number; path: string; preview: string }): void;
  /** Tells the tracker of a data set that is read. */
  usesDataset(dataset: {
    name: string;
    digest: string;
    context: "training" | "validation" | "test";
    numSamples: number;
  }): void;
}

export interface StageInputArtifact {
  /** Absolute path, including any `/sub/path` after the reference. */
  readonly path: string;
  readonly kind: string;
  /** Content digest of the artifact (or, with a sub-path, digest of `artifact digest + sub-path`). */
  readonly digest: string;
}
