import { join } from "node:path";
import { drawSheet } from "../../data/pictures/draw-sheet.ts";
import { savePicture } from "../../data/pictures/save-picture.ts";
import type { Sheet } from "../../data/pictures/sheet.ts";
import type { StageContext } from "../stage-kind.ts";

/** Draws a sheet into the stage's output `pictures` and shows it as one of the series `key`. */
export async function showPicture(
  stage: StageContext<unknown>,
  { key, step, sheet }: { readonly key: string; readonly step: number; readonly sheet: Sheet },
): Promise<void> {
  const name = step === 0 ? key : `${key}-${step}`;
  const saved = await savePicture(join(stage.output("pictures"), name), await drawSheet(sheet));
  stage.showImage({ key, step, ...saved });
}
