import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../../src/base/event.ts";
import { userCacheFolder } from "../../src/util/user-cache-folder.ts";
import { type KaggleServer, startKaggleServer } from "../kaggle-server/server.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";
import { makeFashionCompetition } from "./make-competition.ts";

const slug = "fashion-garments";

/** A served competition of real photographs. */
export interface FashionRun extends AsyncDisposable {
  readonly server: KaggleServer;
  /** What every `pipe` needs to know to find the server. */
  readonly env: Readonly<Record<string, string>>;
  /** A fresh project with the pipeline in it. */
  createProject(): Promise<ProjectRig>;
}

export async function serveFashion(size: { readonly numTrain: number; readonly numTest: number }): Promise<FashionRun> {
  const made = await createProject();
  const files = await makeFashionCompetition({ folder: join(made.folder, "competition"), ...size, seed: 7 });
  const server = await startKaggleServer({
    competitions: [{ slug, ...files, numClasses: 10, maxDailySubmissions: 50 }],
    numPolls: 1,
  });
  // Another home, so that nobody's credentials are read; the TensorFlow of the real one.
  const env = {
    PIPE_CACHE_DIR: userCacheFolder(process.env),
    KAGGLE_API_ENDPOINT: server.url,
    KAGGLE_API_TOKEN: server.credentials.token,
    HOME: made.folder,
  };
  return {
    server,
    env,
    createProject: () =>
      createProject({ "fashion.yaml": readFileSync(join(import.meta.dirname, "fashion.yaml"), "utf8") }),
    async [Symbol.asyncDispose]() {
      await server.close();
      await made[Symbol.asyncDispose]();
    },
  };
}

/** The last value of each metric, as `stage name`. */
export function lastMetrics(events: readonly RunEvent[]): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const event of events) {
    if (event.type === "stage-event" && event.event.type === "metric")
      metrics[`${event.stage} ${event.event.name}`] = event.event.value;
  }
  return metrics;
}
