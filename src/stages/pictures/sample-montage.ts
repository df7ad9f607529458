import { classLabel } from "../../data/class-label.ts";
import { countClasses, type Dataset, imagePath } from "../../data/dataset.ts";
import { decodeToSize } from "../../data/decode-image.ts";
import { chooseTints, composeChannels } from "../../data/pictures/compose-channels.ts";
import type { Sheet, Tile } from "../../data/pictures/sheet.ts";
import { mapBounded } from "../../util/map-bounded.ts";
import { createRandom } from "../../util/random.ts";

const tileSize = 80;
const samplesPerClass = 4;
/** Beside each other. */
const classesPerRow = 3;
/** The rarest, where there are more. */
const maxClasses = 45;

/** A sample in its place on the montage. */
interface Choice {
  readonly position: number;
  /** The class that it is shown for, where it is the first of that. */
  readonly heads?: number;
}

/** A few samples of each class, rare classes first, all channels over each other; without labels any samples. */
export async function montageOf(
  dataset: Dataset,
  { numWorkers, signal }: { readonly numWorkers: number; readonly signal: AbortSignal },
): Promise<Sheet> {
  const counts = countClasses(dataset);
  const chosen = chooseSamples(dataset);
  const tints = chooseTints(dataset.channels);
  const tiles = await mapBounded(chosen, numWorkers, async (choice): Promise<Tile | undefined> => {
    signal.throwIfAborted();
    if (choice === undefined) return undefined;
    const { position, heads } = choice;
    const pixels = composeChannels(await readPixels(dataset, position), tints);
    const text = heads === undefined ? "" : `${classLabel(heads, dataset.classNames)}: ${counts[heads]}`;
    return { pixels, size: tileSize, caption: text === "" ? [] : [{ text }] };
  });
  const numShown = chosen.filter((choice) => choice?.heads !== undefined).length;
  return {
    title: "Samples",
    subtitle: describe(dataset, numShown),
    columns: samplesPerClass * classesPerRow,
    ...{ tileSize, captionLines: 1, tiles },
  };
}

function describe({ samples, numClasses, channels }: Dataset, numShown: number): string {
  const colours = channels.length === 1 ? "" : ` (${channels.join(", ")})`;
  if (samples.labels === null) return `of ${samples.rows.length}${colours}`;
  const which = numShown < numClasses ? `${numShown} of ${numClasses} classes` : `all ${numClasses} classes`;
  return `of ${which}, the rarest first, each with its number of samples${colours}`;
}

/** Row by row of the montage. What is drawn for a class depends on that class alone, and a sample is shown once where there are enough. */
function chooseSamples(dataset: Dataset): (Choice | undefined)[] {
  const { labels, rows } = dataset.samples;
  if (labels === null) {
    return draw([...rows.keys()], samplesPerClass * classesPerRow ** 2, "any").map((position) => ({ position }));
  }
  const members = groupByClass(labels, dataset.numClasses);
  const present = [...members.entries()].filter(([, positions]) => positions.length > 0);
  present.sort(([a, ours], [b, theirs]) => ours.length - theirs.length || a - b);
  const shown = new Set<number>();
  return present.slice(0, maxClasses).flatMap(([label, positions]) => {
    const drawn = draw(positions, positions.length, label);
    const fresh = drawn.filter((position) => !shown.has(position));
    const others = drawn.filter((position) => shown.has(position));
    const taken = [...fresh, ...others].slice(0, samplesPerClass);
    for (const position of taken) shown.add(position);
    return Array.from({ length: samplesPerClass }, (_, index): Choice | undefined => {
      const position = taken[index];
      if (position === undefined) return undefined;
      return index === 0 ? { position, heads: label } : { position };
    });
  });
}

function groupByClass(labels: readonly (readonly number[])[], numClasses: number): number[][] {
  const members = Array.from({ length: numClasses }, (): number[] => []);
  for (const [position, ofSample] of labels.entries()) for (const label of ofSample) members[label]?.push(position);
  return members;
}

/** Some of the positions in a random order, always the same. */
function draw(positions: readonly number[], count: number, key: string | number): number[] {
  const random = createRandom("montage", key);
  const keyed = positions.map((position) => [random.integer(), position] as const);
  keyed.sort(([a, first], [b, second]) => a - b || first - second);
  return keyed.slice(0, count).map(([, position]) => position);
}

/** `[tileSize, tileSize, channels]`. */
async function readPixels({ images, samples, channels }: Dataset, position: number): Promise<Uint8Array> {
  const id = images.ids[samples.rows[position] as number] as string;
  const pixels = new Uint8Array(tileSize * tileSize * channels.length);
  for (const [index, channel] of channels.entries()) {
    const values = await decodeToSize(imagePath(images, id, channel), tileSize);
    for (const [pixel, value] of values.entries()) pixels[pixel * channels.length + index] = value;
  }
  return pixels;
}
