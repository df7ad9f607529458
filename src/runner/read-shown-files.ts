import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import type { ReportedFile } from "../base/run-report.ts";

/** A file that a stage shows. */
export interface ShownFile {
  /** As the stage names it. */
  readonly path: string;
  /** Where it may be; the first that exists is taken. */
  readonly places: readonly string[];
}

const mediaTypes: Readonly<Record<string, string>> = {
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
};

/** A page with more than this is slow to open; each picture beyond is named with its size. */
const maxPictureBytes = 3_000_000;
const maxPageBytes = 24_000_000;

/** Reads pictures for one page, which has room for so many. */
export function createPictureReader(): (files: readonly ShownFile[]) => Promise<readonly ReportedFile[]> {
  let leftBytes = maxPageBytes;
  async function read({ path, places }: ShownFile): Promise<ReportedFile> {
    for (const place of places) {
      const info = await stat(place).catch(() => undefined);
      if (!info?.isFile()) continue;
      const sizeBytes = info.size;
      const mediaType = mediaTypes[extname(path).toLowerCase()];
      if (mediaType === undefined || sizeBytes > Math.min(maxPictureBytes, leftBytes))
        return { type: "named", path, sizeBytes };
      leftBytes -= sizeBytes;
      return { type: "picture", path, mediaType, base64: await readFile(place, "base64") };
    }
    return { type: "named", path, sizeBytes: undefined };
  }
  return async (files) => {
    const shown: ReportedFile[] = [];
    // One after the other, so that it does not depend on the disk for which pictures there is room.
    for (const file of withoutTwins(files)) shown.push(await read(file));
    return shown;
  };
}

/** A plot is there as SVG and as PNG; one of them is enough. */
function withoutTwins(files: readonly ShownFile[]): ShownFile[] {
  const drawn = new Set(files.map(({ path }) => path).filter((path) => path.endsWith(".svg")));
  return files.filter(({ path }) => !path.endsWith(".png") || !drawn.has(path.replace(/png$/, "svg")));
}
