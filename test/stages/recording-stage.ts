import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { StageContext } from "../../src/stages/stage-kind.ts";

/** A stage's context that keeps all that the stage says. */
export interface RecordingStage<With> extends StageContext<With> {
  /** One JSON text per thing said, as the events file would hold them. */
  readonly said: string[];
  readonly metrics: Record<string, number>;
}

export interface RecordingStageOptions<With> {
  readonly with: With;
  /** `work/` and `outputs/` are made below it. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  readonly inputs?: StageContext<With>["inputs"];
  /** Paths of what the stage puts out; one that ends in a slash is a folder, and is made. */
  readonly outputs: Readonly<Record<string, string>>;
}

export function createRecordingStage<With>(options: RecordingStageOptions<With>): RecordingStage<With> {
  const said: string[] = [];
  const metrics: Record<string, number> = {};
  const say = (event: object) => said.push(JSON.stringify(event));
  const made = (name: string) => {
    const path = join(options.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  return {
    said,
    metrics,
    with: options.with,
    inputs: options.inputs ?? {},
    output(name) {
      const path = options.outputs[name] ?? name;
      return path.endsWith("/") ? made(join("outputs", path)) : join(made("outputs"), path);
    },
    workFolder: made("work"),
    packStore: join(options.folder, "packs"),
    downloadStore: join(options.folder, "downloads"),
    environment: options.environment,
    signal: options.signal ?? new AbortController().signal,
    runId: "20261124-080000-cells-3f9a",
    stageId: "stage",
    numWorkers: 2,
    progress: (progress) => void say({ type: "progress", ...progress }),
    metric: (name, value) => {
      metrics[name] = value;
      say({ type: "metric", name, value });
    },
    log: (level, text) => void say({ type: "log", level, text }),
    showFile: (path) => void say({ type: "file", path }),
    showImage: (image) => void say({ type: "image", ...image }),
    usesDataset: (dataset) => void say({ type: "dataset", ...dataset }),
  };
}
