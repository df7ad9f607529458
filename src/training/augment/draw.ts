import { createRandom } from "../../util/random.ts";

/** `augment` of a model's parameters: what may happen to an image. */
export interface AugmentSetting {
  readonly rotate?: {
    /** Largest angle either way. */
    readonly degrees: number;
    readonly probability?: number;
  };
  readonly dihedral?: boolean;
  readonly cutout?: {
    readonly holes: number;
    /** Side of a hole, as a share of the image's. */
    readonly length: number;
    readonly probability?: number;
  };
  readonly lighting?: {
    /** Largest shift of values from 0 to 1. */
    readonly brightness?: number;
    readonly contrast?: number;
  };
}

/** What happens to one image, in this order. */
export interface Augmentation {
  /** Rotation counter-clockwise, in degrees. */
  readonly angle: number;
  /** Then so many turns by 90° counter-clockwise, 0 to 3. */
  readonly quarterTurns: number;
  /** Then left and right change places. */
  readonly flip: boolean;
  /** Then values from 0 to 1 are scaled about the image's mean, and shifted. */
  readonly contrast: number;
  readonly brightness: number;
  /** Then squares become black. */
  readonly holes: readonly Hole[];
}

/** A black square, in shares of the image's side. */
export interface Hole {
  readonly centerX: number;
  readonly centerY: number;
  readonly length: number;
}

/** An image as it is. */
export const unchanged: Augmentation = {
  angle: 0,
  quarterTurns: 0,
  flip: false,
  contrast: 1,
  brightness: 0,
  holes: [],
};

/** The eight symmetries of a square, the image as it is first. */
export const orientations: readonly Augmentation[] = [false, true].flatMap((flip) =>
  [0, 1, 2, 3].map((quarterTurns) => ({ ...unchanged, quarterTurns, flip })),
);

/** By what the choices are made: the seed and where in the training (or prediction) the image is seen. */
export type DrawKey = readonly (number | string)[];

/**
 * Draws fastai 0.7's RandomRotate, RandomDihedral, RandomLighting and Cutout. Each draws from a stream of its own, so that one
 * setting does not change what another does; the key alone decides, so that a resumed run sees the same images.
 */
export function drawAugmentation({ rotate, dihedral, lighting, cutout }: AugmentSetting, key: DrawKey): Augmentation {
  return {
    angle: rotate ? drawAngle(rotate, key) : 0,
    ...(dihedral ? drawDihedral(key) : { quarterTurns: 0, flip: false }),
    ...drawLighting(lighting ?? {}, key),
    holes: cutout ? drawHoles(cutout, key) : [],
  };
}

/** Whether a setting changes anything. */
export function changesImages({ rotate, dihedral, lighting, cutout }: AugmentSetting): boolean {
  const rotates = rotate !== undefined && rotate.degrees > 0 && rotate.probability !== 0;
  const lights = (lighting?.brightness ?? 0) > 0 || (lighting?.contrast ?? 0) > 0;
  const cuts = cutout !== undefined && cutout.probability !== 0;
  return rotates || dihedral === true || lights || cuts;
}

function drawAngle({ degrees, probability = 0.75 }: { degrees: number; probability?: number }, key: DrawKey): number {
  const random = createRandom(...key, "rotate");
  const happens = random.uniform() < probability;
  return happens ? (2 * random.uniform() - 1) * degrees : 0;
}

function drawDihedral(key: DrawKey): { quarterTurns: number; flip: boolean } {
  const random = createRandom(...key, "dihedral");
  return { quarterTurns: Math.floor(random.uniform() * 4), flip: random.uniform() < 0.5 };
}

function drawLighting(
  { brightness = 0, contrast = 0 }: { brightness?: number; contrast?: number },
  key: DrawKey,
): { contrast: number; brightness: number } {
  const random = createRandom(...key, "lighting");
  const shift = (2 * random.uniform() - 1) * brightness;
  const change = (2 * random.uniform() - 1) * contrast;
  return { brightness: shift, contrast: change < 0 ? 1 / (1 - change) : 1 + change };
}

/** Centres anywhere in the image, so that a hole at its edge is cut off there. */
function drawHoles(
  { holes, length, probability = 0.5 }: NonNullable<AugmentSetting["cutout"]>,
  key: DrawKey,
): readonly Hole[] {
  const random = createRandom(...key, "cutout");
  if (random.uniform() >= probability) return [];
  return Array.from({ length: holes }, () => ({ centerY: random.uniform(), centerX: random.uniform(), length }));
}
