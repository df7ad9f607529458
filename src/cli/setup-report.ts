import type { SetupProgress } from "../services/tensorflow-library.ts";

/** Says each step of the set-up once, and of a download how far it is, every tenth. */
export function createSetupReport(say: (line: string) => void): (progress: SetupProgress) => void {
  let lastActivity = "";
  let lastTenth = 0;
  return ({ activity, done, total, unit }) => {
    if (activity !== lastActivity) {
      say(
        `TensorFlow set-up: ${activity}${total !== undefined && unit === "bytes" ? ` (${toMegabytes(total)} MB)` : ""}`,
      );
      lastActivity = activity;
      lastTenth = 0;
    }
    if (total === undefined || unit !== "bytes") return;
    const tenth = Math.floor((done / total) * 10);
    if (tenth > lastTenth && tenth < 10) say(`TensorFlow set-up: ${activity}, ${tenth * 10} %`);
    lastTenth = Math.max(lastTenth, tenth);
  };
}

const toMegabytes = (bytes: number): number => Math.round(bytes / 1e6);
