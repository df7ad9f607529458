// Draws samples of cells as four PNGs of 512 × 512 each, as demo/cells does.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cellChannels, drawSample } from "../../dist/data/cells/draw-sample.js";
import { encodePng } from "../../dist/data/encode-png.js";

const size = 512;

export function drawImages(folder, numSamples) {
  mkdirSync(folder);
  for (let index = 0; index < numSamples; index += 1) {
    const images = drawSample([index % 28, (7 * index + 3) % 28], size, ["bench", index]);
    for (const channel of cellChannels) {
      writeFileSync(join(folder, `sample${index}_${channel}.png`), encodePng(images[channel], size));
    }
  }
  return folder;
}
