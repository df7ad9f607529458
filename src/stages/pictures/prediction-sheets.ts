import { chooseTints, composeChannels } from "../../data/pictures/compose-channels.ts";
import type { Sheet, Tile } from "../../data/pictures/sheet.ts";
import type { Predictions } from "../../data/predictions.ts";
import { shuffleIntoBatches } from "../../training/batches/order.ts";
import type { SampleSet } from "../../training/batches/sample-set.ts";
import { type CaptionOptions, captionSample } from "./label-caption.ts";

/** What a model says of validation samples, and their images. */
export interface ShownPredictions {
  /** e.g. `epoch 10 (all)`. */
  readonly moment: string;
  readonly predictions: Predictions;
  /** The same samples in the same order. */
  readonly samples: SampleSet;
  readonly channels: readonly string[];
  /** Probability from which a label counts as predicted. */
  readonly threshold: number;
}

const numTiles = 16;
/** Of the sample's name and up to five labels. */
const captionLines = 6;
const form = { columns: 4, tileSize: 192, captionLines, hasLegend: true } as const;

/** The same samples each time, which the seed chooses: how predictions change shows when the sheets of a training are leafed through. */
export async function gridOfPredictions(shown: ShownPredictions, seed: number): Promise<Sheet> {
  const { numSamples } = shown.samples;
  const [drawn] = shuffleIntoBatches(numSamples, Math.min(numTiles, numSamples), [seed, "pictures"]);
  const positions = drawn?.toSorted() ?? new Int32Array();
  const tiles = await createTiles(shown, positions);
  const numRight = tiles.filter(({ verdict }) => verdict === "right").length;
  return {
    ...form,
    title: `Predictions at ${shown.moment}`,
    subtitle: `${numRight} of ${tiles.length} have all labels right and no other, from a probability of ${shown.threshold}`,
    tiles,
  };
}

/** The samples with the highest losses, the highest first. `losses` is by sample. */
export async function topLosses(shown: ShownPredictions, losses: Float32Array): Promise<Sheet> {
  const byLoss = [...losses.keys()].sort((a, b) => (losses[b] as number) - (losses[a] as number) || a - b);
  const positions = Int32Array.from(byLoss.slice(0, numTiles));
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  return {
    ...form,
    title: `Top losses at ${shown.moment}`,
    subtitle: `of ${losses.length} validation samples, whose mean is ${mean.toPrecision(3)}`,
    tiles: await createTiles(shown, positions, (position) => `loss ${(losses[position] as number).toPrecision(3)}`),
  };
}

async function createTiles(
  { predictions, samples, channels, threshold }: ShownPredictions,
  positions: Int32Array,
  noteOf?: (position: number) => string,
): Promise<Tile[]> {
  const { ids, numClasses, classNames, labels, probabilities } = predictions;
  const images = await samples.readImages(positions);
  const numBytes = images.length / positions.length;
  const tints = chooseTints(channels);
  return Array.from(positions, (position, index) => {
    const [from, to] = [position * numClasses, (position + 1) * numClasses];
    const sample = {
      id: ids[position] as string,
      labels: (labels as Uint8Array).subarray(from, to),
      probabilities: probabilities.subarray(from, to),
    };
    const note = noteOf?.(position);
    const options: CaptionOptions = { classNames, threshold, maxLines: captionLines, ...(note && { note }) };
    const { verdict, lines } = captionSample(sample, options);
    const pixels = composeChannels(images.subarray(index * numBytes, (index + 1) * numBytes), tints);
    return { pixels, size: samples.size, verdict, caption: lines };
  });
}
