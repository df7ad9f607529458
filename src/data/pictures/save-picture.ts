import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import sharp from "sharp";

/** As MLflow's client makes its previews: within a square of 256 pixels. */
const previewSize = 256;

export interface SavedPicture {
  readonly path: string;
  readonly preview: string;
}

/** Writes `<path>.png` and, small, `<path>.webp`; makes the folder when it is missing. */
export async function savePicture(path: string, png: Uint8Array): Promise<SavedPicture> {
  const saved = { path: `${path}.png`, preview: `${path}.webp` };
  const preview = sharp(png).resize(previewSize, previewSize, { fit: "inside", withoutEnlargement: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(saved.path, png);
  await writeFile(saved.preview, await preview.webp().toBuffer());
  return saved;
}
