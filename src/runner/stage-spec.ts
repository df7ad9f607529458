import { readFile } from "node:fs/promises";
import type { JsonObject } from "../base/json.ts";

/** All that a stage's process is told: a JSON file, so that the same process can be started on another machine. */
export interface StageSpec {
  readonly version: 1;
  readonly runId: string;
  readonly stageId: string;
  readonly work: KindWork | CommandWork;
  readonly inputs: Readonly<Record<string, StageSpecInput>>;
  readonly outputs: Readonly<Record<string, StageSpecOutput>>;
  /** Absolute paths, all of them. */
  readonly folders: {
    readonly project: string;
    /** What `OutputRecord.path` is relative to. */
    readonly outputs: string;
    readonly work: string;
    readonly packs: string;
    readonly downloads: string;
    /** Where a command's inputs that are several artifacts are gathered; need not exist. */
    readonly links: string;
  };
  /** Where a command finds the paths of its artifacts as JSON; need not exist. */
  readonly artifactsFile: string;
  /** Where the process writes who it is, before it touches anything else. */
  readonly identityFile: string;
  /** The file to which the process adds its events, a line each. */
  readonly eventsFile: string;
  /** Whether the process is to end when its runner dies. */
  readonly endsWithRunner: boolean;
  /** Parallel work inside the stage, at most. */
  readonly numWorkers: number;
}

/** `uses:` a stage kind; places of `with` that take an artifact hold an absolute path. */
export interface KindWork {
  readonly type: "kind";
  readonly uses: string;
  readonly with: JsonObject;
  /** Of a kind of the user's own. */
  readonly module?: OwnModule;
}

/** The code of a stage kind of the user's, by absolute paths. */
export interface OwnModule {
  readonly file: string;
  /** What the paths of `digests` count from. */
  readonly folder: string;
  /** SHA-256 by path. */
  readonly digests: Readonly<Record<string, string>>;
}

/** `run:` a shell command. */
export interface CommandWork {
  readonly type: "command";
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
  /** Variables that the command gets from the environment of its process. */
  readonly passEnv: readonly string[];
}

export interface StageSpecInput {
  readonly path: string;
  readonly kind: string;
  readonly digest: string;
}

export interface StageSpecOutput {
  readonly path: string;
  readonly shape: "file" | "folder";
}

/** Reads a spec that the runner of the same version has written. */
export async function loadStageSpec(path: string): Promise<StageSpec> {
  // The runner writes this file and starts this process at once, from the same build: there is nobody else to distrust.
  const spec = JSON.parse(await readFile(path, "utf8")) as StageSpec;
  if (spec.version !== 1) throw new Error(`${path} has version ${String(spec.version)}; this pipe reads version 1`);
  return spec;
}
