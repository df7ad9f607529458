import { relative } from "node:path";
import type { StageEvent } from "../../base/event.ts";
import type { StageContext } from "../../stages/stage-kind.ts";
import type { LinePart } from "../../util/cut-lines.ts";
import type { StageSpec } from "../stage-spec.ts";
import { createProgressGate } from "./progress-gate.ts";

/** What the context is made of, beside the spec. */
export interface StageSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly send: (event: StageEvent) => void;
  /** Adds to the stage's own log file. */
  readonly writeLog: (text: string) => void;
  /** Ms since the Unix epoch. */
  readonly now: () => number;
}

/** A stage's view of the world, and what its runner does about it. */
export interface StageSide {
  readonly context: StageContext<never>;
  /** Takes a line that a command has printed. Of one that comes in parts, all are logged, and the first is told of. */
  printed(part: LinePart): void;
  /** Sends the last progress report, if it was held back. */
  flush(): void;
}

/** Builds a stage's view of the world. */
export function createStageContext(
  spec: StageSpec,
  { environment, signal, send, writeLog, now }: StageSurroundings,
): StageSide {
  const gate = createProgressGate(send);
  const context: StageContext<unknown> = {
    with: spec.work.type === "kind" ? spec.work.with : {},
    inputs: spec.inputs,
    workFolder: spec.folders.work,
    packStore: spec.folders.packs,
    downloadStore: spec.folders.downloads,
    environment,
    signal,
    runId: spec.runId,
    stageId: spec.stageId,
    numWorkers: spec.numWorkers,
    output(name) {
      const output = spec.outputs[name];
      if (output === undefined) throw new Error(`stage ${spec.stageId} declares no output "${name}"`);
      return output.path;
    },
    progress(progress) {
      gate.report({ type: "progress", at: now(), ...progress });
    },
    metric(name, value, step = 0) {
      send({ type: "metric", at: now(), name, value, step });
    },
    log(level, text) {
      writeLog(`${level === "warning" ? "warning: " : ""}${text}\n`);
      send({ type: "log", at: now(), level, text });
    },
    showFile(absolutePath) {
      send({ type: "file", at: now(), path: relative(spec.folders.outputs, absolutePath) });
    },
    showImage({ key, step, ...files }) {
      const [path, preview] = [files.path, files.preview].map((file) => relative(spec.folders.outputs, file));
      send({ type: "image", at: now(), key, step, path: path as string, preview: preview as string });
    },
    usesDataset(dataset) {
      send({ type: "dataset", at: now(), ...dataset });
    },
  };
  // The schema vouches for `with`: the plan has checked it, and the kind's own type is generated from the same schema.
  return {
    context: context as StageContext<never>,
    printed({ text, beginsLine, endsLine }) {
      writeLog(endsLine ? `${text}\n` : text);
      if (beginsLine) send({ type: "log", at: now(), level: "info", text });
    },
    flush: gate.flush,
  };
}
