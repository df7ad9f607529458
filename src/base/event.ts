import type { ArtifactKind } from "./artifact.ts";
import type { Failure } from "./failure.ts";
import type { ContentDigest, Fingerprint, RunId, StageId } from "./ids.ts";
import type { Json, JsonObject } from "./json.ts";

/** What a stage's process reports while it works: one JSON object a line (NDJSON). `at` is ms since the Unix epoch. */
export type StageEvent =
  | StageProgress
  | StageMetric
  | StageLog
  | StageFile
  | StageImage
  | StageInput
  | { readonly type: "done"; readonly at: number }
  | { readonly type: "failed"; readonly at: number; readonly failure: Failure };

/** How far the current activity is; a new `activity` starts a new bar. */
export interface StageProgress {
  readonly type: "progress";
  readonly at: number;
  /** e.g. `epoch 3/8`, `packing 256 px`. */
  readonly activity: string;
  readonly done: number;
  /** Absent while unknown. */
  readonly total?: number;
  /** e.g. `images`, `bytes`, `files`. */
  readonly unit: string;
  /** A short text beside the bar, e.g. `loss 0.412`. */
  readonly note?: string;
}

/**
 * A named number. `step` is the epoch index unless the name starts with `batch/`, or with `system/`: what the stage takes
 * of the machine, which the runner reports. Names as in MLflow: `train/loss`.
 */
export interface StageMetric {
  readonly type: "metric";
  readonly at: number;
  readonly name: string;
  readonly value: number;
  readonly step: number;
}

export interface StageLog {
  readonly type: "log";
  readonly at: number;
  readonly level: "debug" | "info" | "warning";
  readonly text: string;
}

/** A file worth showing with the run (a plot, a table); it lies inside one of the stage's outputs. */
export interface StageFile {
  readonly type: "file";
  readonly at: number;
  /** Relative to the folder of the stage's outputs. */
  readonly path: string;
}

/** One of a series of images, such as the predictions after each phase; both files lie inside one of the stage's outputs. */
export interface StageImage {
  readonly type: "image";
  readonly at: number;
  /** The name of the series: `predictions`. */
  readonly key: string;
  /** Its place in the series, as a rule the epoch; 0 for an image that exists once. */
  readonly step: number;
  /** Relative to the folder of the stage's outputs. */
  readonly path: string;
  /** The same image, small: what overviews show. */
  readonly preview: string;
}

/** A data set the stage reads, for the tracker's inputs. */
export interface StageInput {
  readonly type: "dataset";
  readonly at: number;
  readonly name: string;
  readonly digest: string;
  readonly context: "training" | "validation" | "test";
  readonly numSamples: number;
}

/** One output of a finished stage. */
export interface OutputRecord {
  readonly kind: ArtifactKind;
  /** Relative to the folder of the stage's outputs. */
  readonly path: string;
  readonly digest: ContentDigest;
  readonly numFiles: number;
  readonly sizeBytes: number;
  /** Of a folder that directly holds few files and folders: the digest of each. */
  readonly parts?: Readonly<Record<string, ContentDigest>>;
}

/** Why a stage has to run, or why it need not. The wording is in `report/`. */
export type StageCause =
  | { readonly type: "fresh" } // a cache entry with this fingerprint exists
  | { readonly type: "first"; readonly attempt?: PastAttempt } // this stage has never had a result
  | {
      /** It had one, which is gone from the cache. */
      readonly type: "removed";
      readonly madeBy: RunId;
      /** `pipe cache gc` or `pipe cache verify`; absent when that is not known. */
      readonly by?: "gc" | "verify";
      readonly attempt?: PastAttempt;
    }
  | { readonly type: "forced" }
  | { readonly type: "uncacheable" } // the kind always runs, e.g. it talks to a server
  | { readonly type: "damaged"; readonly path: string } // the cache entry is not what its manifest says
  | {
      readonly type: "changed";
      readonly changes: readonly FingerprintChange[];
      /** With the same inputs as now. */
      readonly attempt?: PastAttempt;
    }
  | { readonly type: "upstream"; readonly stages: readonly StageId[] } // not known yet: these run first
  | { readonly type: "skipped"; readonly reason: string }; // it does not run, for this reason

/** The last time that a stage ran and gave no result. */
export interface PastAttempt {
  readonly run: RunId;
  /** `killed`: the run's process died. */
  readonly end: "failed" | "interrupted" | "killed";
  /** Of what it was to make. Absent when the stage failed before that was known. */
  readonly fingerprint?: Fingerprint;
  /** Of a failure. */
  readonly message?: string;
}

/** One thing that decides the result and is not what it was, or what the user edited to make it so. */
export interface FingerprintChange {
  /** e.g. `with.phases.0.lr`, `inputs.dataset`, `revision`, `env.LANG`; `params.lr`, `matrix.fold`. */
  readonly path: string;
  /** `undefined` when it was not there. */
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  /** Where the new value stands: the pipeline's file, or one that it extends. */
  readonly file?: string;
  readonly line?: number;
  /** The `--set` option that the new value comes from, as given; it stands in no file then. */
  readonly set?: string;
  /** Of a parameter or matrix: what of the stage it has changed. */
  readonly reaches?: readonly string[];
  /** Of a folder of the user's, where its files of before are known. */
  readonly files?: FolderChanges;
}

/** What has become of the files of a folder. */
export interface FolderChanges {
  /** The first few, as they lie in the folder. */
  readonly named: readonly FileChange[];
  readonly numMore: number;
}

export interface FileChange {
  /** Relative to the folder. */
  readonly path: string;
  readonly change: "added" | "changed" | "removed";
}

/** Which of the combinations of a matrix a stage is. */
export interface StageCombination {
  /** The stage's name in the document: `train`. */
  readonly of: string;
  /** The value of each key: `{ fold: 0, lr: 0.001 }`. */
  readonly values: Readonly<Record<string, string | number | boolean>>;
}

export type StageOutcome =
  | { readonly type: "executed"; readonly durationMs: number }
  | { readonly type: "cached"; readonly madeBy: RunId; readonly durationMs: number }
  | { readonly type: "failed"; readonly failure: Failure; readonly durationMs: number }
  | { readonly type: "blocked"; readonly by: readonly StageId[] } // a stage it needs failed
  | { readonly type: "skipped"; readonly reason: string } // its `if` is false, or it needs a stage that is skipped
  | { readonly type: "interrupted"; readonly durationMs: number; readonly resumable: boolean };

/** What a stage waits for that could start otherwise. */
export type WaitReason =
  /** Other stages of the run have what it takes: `cpu`, `memory`, `gpu`, `stages` (as many run as the user wants), or `token NAME`. */
  | { readonly type: "resources"; readonly lacking: readonly string[] }
  /** Another run on this machine has the GPU or token. */
  | { readonly type: "machine"; readonly lacking: string; readonly pid: number; readonly host: string }
  /** Another run makes the same result. */
  | { readonly type: "result"; readonly pid: number; readonly host: string }
  /** A process of a run that was killed has to end first. */
  | { readonly type: "orphan"; readonly pid: number }
  /** Many files of the user's, or ones that changed, are read to know their content. */
  | { readonly type: "inputs"; readonly path: string; readonly numFiles: number }
  /** The last try failed, and the next one, of `times`, begins in `delayMs`. */
  | {
      readonly type: "retry";
      readonly failure: Failure;
      readonly retry: number;
      readonly times: number;
      readonly delayMs: number;
    };

/** What the runner reports. Reporters word these, the tracker sends them, `runs/<id>/events.ndjson` keeps them. */
export type RunEvent =
  | RunStarted
  | {
      readonly type: "stage-started";
      readonly at: number;
      readonly stage: StageId;
      readonly cause: StageCause;
      readonly fingerprint: Fingerprint;
      readonly params: JsonObject;
      readonly combination?: StageCombination;
    }
  | { readonly type: "stage-waiting"; readonly at: number; readonly stage: StageId; readonly reason: WaitReason }
  | { readonly type: "stage-event"; readonly at: number; readonly stage: StageId; readonly event: StageEvent }
  | StageFinished
  | {
      readonly type: "notice";
      readonly at: number;
      readonly level: "info" | "warning";
      readonly text: string;
      readonly hint?: string;
    }
  | RunFinished;

export interface RunStarted {
  readonly type: "run-started";
  readonly at: number;
  readonly run: RunId;
  readonly pipeline: string;
  readonly experiment: string;
  /** The document's path as given. */
  readonly file: string;
  readonly params: JsonObject;
  /** In the order of execution. */
  readonly stages: readonly StartedStage[];
  readonly git?: { readonly commit: string; readonly branch?: string; readonly dirty: boolean };
  /** Absent in records of versions that did not keep it. */
  readonly request?: RunRequest;
}

/** What the command line asked for beyond the document; both as the user wrote them. */
export interface RunRequest {
  /** Parameters changed for this time: `params.lr=0.1`. */
  readonly set: readonly string[];
  /** The stages to end with; none for all. */
  readonly target: readonly string[];
}

/** A stage of a run that has started. */
export interface StartedStage {
  readonly stage: StageId;
  readonly uses: string;
  readonly needs: readonly StageId[];
  readonly combination?: StageCombination;
}

export interface StageFinished {
  readonly type: "stage-finished";
  readonly at: number;
  readonly stage: StageId;
  readonly cause: StageCause;
  readonly outcome: StageOutcome;
  readonly fingerprint?: Fingerprint;
  /** Flat parameters for the tracker: `lr`, `phases.0.epochs`. */
  readonly params: JsonObject;
  readonly combination?: StageCombination;
  /** For a cached stage: all metrics of the run that made it. For an executed one: empty, they were reported live. */
  readonly metrics: readonly StageMetric[];
  readonly outputs: Readonly<Record<string, OutputRecord>>;
  /** The folder that `OutputRecord.path` is relative to. Absent when there are no outputs. */
  readonly outputsFolder?: string;
  /** Files of the stage worth showing, relative to `outputsFolder`. */
  readonly files: readonly string[];
  /** Those of the files that belong to series. Absent in runs of earlier versions. */
  readonly images?: readonly StageImage[];
  /** Data sets the stage read. */
  readonly datasets: readonly StageInput[];
  /** The stage's own log file, if it has one. */
  readonly logFile?: string;
}

export interface RunFinished {
  readonly type: "run-finished";
  readonly at: number;
  readonly run: RunId;
  readonly status: "done" | "failed" | "interrupted";
  readonly durationMs: number;
  /** The run's page, relative to its folder; absent when it could not be written. */
  readonly report?: string;
}
