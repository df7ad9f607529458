import type { Palette } from "./palette.ts";

/** What became of a run's tracking; see `tracking/tracker.ts`, which this layer does not know. */
export type TrackingEnd =
  /** Without a reason: the user wanted it so. */
  | { readonly type: "no-server"; readonly reason?: string }
  | { readonly type: "delivered"; readonly runUrl: string; readonly numRefused: number }
  | { readonly type: "pending"; readonly reason: string };

/** One line that says where the run can be looked at, or how to get it there. */
export function renderTracking(end: TrackingEnd, palette: Palette): string {
  switch (end.type) {
    case "no-server":
      return palette.dim(
        `MLflow: ${end.reason ?? "not told of this run."} To have this run there later: pipe mlflow sync\n`,
      );
    case "delivered":
      return `MLflow: ${end.runUrl}${renderRefused(end.numRefused, palette)}\n`;
    case "pending":
      return `${palette.yellow("MLflow")}: not all of this run is there yet (${end.reason}). Nothing is lost: pipe mlflow sync delivers the rest.\n`;
  }
}

/** Tells of what the server will never take; empty when it took all. */
export function renderRefused(numRefused: number, palette: Palette): string {
  if (numRefused === 0) return "";
  return palette.yellow(` (${numRefused} entries refused; tracking/refused.ndjson in the run's folder says why)`);
}
