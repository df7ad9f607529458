import type { ArtifactKind } from "../base/artifact.ts";
import type { SourceRange } from "../base/diagnostic.ts";
import type { StageCombination } from "../base/event.ts";
import type { StageId } from "../base/ids.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { Expression } from "./condition/expression.ts";
import type { ExecutionRules, ResourceLimits } from "./execution.ts";
import type { ValueMaking } from "./value-sources.ts";

/** A checked pipeline: every reference resolves, every value fits its schema, artifact kinds agree, no cycle. Made by `checkPipeline` only. */
export interface Pipeline {
  readonly name: string;
  /** The MLflow experiment; the pipeline's name unless the document says otherwise. */
  readonly experiment: string;
  readonly description: string | undefined;
  /** The document's path, as the user gave it. */
  readonly file: string;
  /** The document's text, byte for byte. */
  readonly text: string;
  /** The documents that it extends, the nearest first. */
  readonly bases: readonly { readonly file: string; readonly text: string }[];
  /** After `--set`. */
  readonly params: JsonObject;
  /** What the stages of a run may take together. */
  readonly limits: ResourceLimits;
  /** In an order in which they can run: dependencies first, otherwise as in the document. */
  readonly stages: readonly Stage[];
}

export type Stage = KindStage | CommandStage;

interface StageBase {
  /** The name in the document; of a stage that a matrix has made, with the combination behind it: `train@fold=0,lr=0.001`. */
  readonly id: StageId;
  /** Absent without a matrix. */
  readonly combination?: StageCombination;
  /** Stages that must end well before this one starts: from references and `needs`. */
  readonly needs: readonly StageId[];
  /** Those of them of which nothing is read, neither an artifact nor a metric. */
  readonly orderOnly: readonly StageId[];
  /** The stage is skipped if it does not hold. Absent without `if:`. */
  readonly condition?: StageCondition;
  readonly outputs: Readonly<Record<string, OutputDeclaration>>;
  /** How the stage is executed; decides nothing of its result. */
  readonly execution: ExecutionRules;
  /** Where the stage's key stands. */
  readonly location: SourceRange;
  /** Where each value stands, by dotted path below the stage: `with.phases.0.lr`, `run`, `env.LANG`. Values that came from a parameter point at their use. */
  readonly locations: ReadonlyMap<string, SourceRange>;
  /** What values were made of that are not just written in the stage, by the same paths. */
  readonly makings: ReadonlyMap<string, ValueMaking>;
}

/** The `if:` of a stage, types checked, parameters and values of its matrix filled in. */
export interface StageCondition {
  /** As in the document. */
  readonly text: string;
  /** Metrics name the ids of stages. */
  readonly expression: Expression;
}

/** `uses:` — a stage kind of the registry. */
export interface KindStage extends StageBase {
  readonly type: "kind";
  /** e.g. `model/train`. */
  readonly uses: string;
  /** The schema's `x-revision`: raised whenever the same parameters would give another result. */
  readonly revision: number;
  /** With defaults filled in; places that take an artifact hold an `ArtifactReference`. */
  readonly with: ResolvedObject;
  /** Dotted paths in `with` that cannot change the result (`x-fingerprint: false`). */
  readonly unfingerprinted: readonly string[];
  /** The files of a kind of the user's own. Absent for those that `pipe` comes with. */
  readonly code?: OwnCode;
  /** The stage talks to a server (`x-network`). */
  readonly network: boolean;
  /** The stage loads TensorFlow (`x-tensorflow`). */
  readonly tensorflow: boolean;
}

/** The code of a stage kind of the user's: a file, and all that it imports by relative paths. */
export interface OwnCode {
  /** As the user would name it. */
  readonly file: string;
  /** SHA-256 of each file by its path, relative to the folder of `file`. */
  readonly digests: Readonly<Record<string, string>>;
}

/** `run:` — a shell command with declared inputs and outputs. */
export interface CommandStage extends StageBase {
  readonly type: "command";
  readonly uses: "run";
  readonly run: string;
  /** By name; where an input takes the outputs of a matrix, by name and combination: `models/fold=0`. */
  readonly inputs: Readonly<Record<string, ArtifactReference>>;
  /** Declared environment; part of the fingerprint. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of variables, or patterns with `*` at the end, that are handed over and do not decide the result: credentials. */
  readonly passEnv: readonly string[];
}

export interface OutputDeclaration {
  readonly kind: ArtifactKind;
  /** Relative to the folder of the stage's outputs. */
  readonly path: string;
  /** A file, or a folder that is made before the stage starts. */
  readonly shape: "file" | "folder";
}

/** A value of a document after parameters were filled in. */
export type ResolvedValue = Json | ArtifactReference | readonly ResolvedValue[] | ResolvedObject;

export interface ResolvedObject {
  readonly [key: string]: ResolvedValue;
}

/** An input artifact: what another stage puts out, or something that lies in the user's folders. */
export type ArtifactReference = StageOutputReference | PathReference;

export interface StageOutputReference {
  readonly artifact: "output";
  readonly stage: StageId;
  readonly output: string;
  readonly kind: ArtifactKind;
  /** What followed the reference, without the leading slash: `train/images`; empty for the artifact itself. */
  readonly subpath: string;
}

export interface PathReference {
  readonly artifact: "path";
  /** Relative to the project's folder, or absolute, as written. */
  readonly path: string;
  readonly kind: ArtifactKind;
}
