import type { StageEvent } from "../base/event.ts";
import type { StageReport } from "../cache/manifest.ts";

/** Gathers from a stage's events what is kept with its result. */
export function createStageCollector(): { add(event: StageEvent): void; report(): StageReport } {
  const metrics: StageReport["metrics"][number][] = [];
  const files = new Set<string>();
  const images: NonNullable<StageReport["images"]>[number][] = [];
  const datasets: StageReport["datasets"][number][] = [];
  return {
    add(event) {
      if (event.type === "metric") metrics.push(event);
      else if (event.type === "file") files.add(event.path);
      else if (event.type === "image") {
        files.add(event.path);
        images.push(event);
      } else if (event.type === "dataset") datasets.push(event);
    },
    report: () => ({ metrics, files: [...files], images, datasets }),
  };
}
