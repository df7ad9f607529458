/** J'r and the diagonal of J'J of a least-squares problem whose J'J has nothing beside its diagonal. */
export interface DiagonalSystem {
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
}

export interface DampedStep {
  readonly change: Float64Array;
  /** Levenberg and Marquardt's parameter. */
  readonly damping: number;
}

/**
 * The step that minimises the linearised problem within a region: -(J'J + damping · scale²)⁻¹ J'r, the damping such that
 * the scaled step is as long as the region is wide, within a tenth (MINPACK's `lmpar`); 0 where the free step is short enough.
 */
export function dampStep(
  system: DiagonalSystem,
  scale: Float64Array,
  region: number,
  startDamping: number,
): DampedStep {
  const stepFor = (damping: number): Float64Array => solve(system, scale, damping);
  let change = stepFor(0);
  let length = weightedNorm(scale, change);
  let excess = length - region;
  if (excess <= 0.1 * region) return { change, damping: 0 };

  const isRegular = system.curvature.every((curvature) => curvature > 0);
  let low = isRegular ? newtonStep(system, scale, change, 0, { length, excess, region }) : 0;
  const slope = norm(system.gradient.map((gradient, k) => gradient / (scale[k] as number)));
  let high = slope / region || Number.MIN_VALUE / Math.min(region, 0.1);
  let damping = Math.min(Math.max(startDamping, low), high) || slope / length;
  for (let iteration = 0; iteration < 10; iteration += 1) {
    damping ||= Math.max(Number.MIN_VALUE, 0.001 * high);
    change = stepFor(damping);
    length = weightedNorm(scale, change);
    const before = excess;
    excess = length - region;
    const isStuck = low === 0 && excess <= before && before < 0;
    if (Math.abs(excess) <= 0.1 * region || isStuck || iteration === 9) break;
    const correction = newtonStep(system, scale, change, damping, { length, excess, region });
    if (excess > 0) low = Math.max(low, damping);
    else high = Math.min(high, damping);
    damping = Math.max(low, damping + correction);
  }
  return { change, damping };
}

/** The Newton correction to the damping, for the length of the step as a function of it. */
function newtonStep(
  { curvature }: DiagonalSystem,
  scale: Float64Array,
  change: Float64Array,
  damping: number,
  { length, excess, region }: { length: number; excess: number; region: number },
): number {
  const rate = norm(
    change.map((value, k) => {
      const weight = scale[k] as number;
      return (weight * weight * value) / length / Math.sqrt((curvature[k] as number) + damping * weight * weight);
    }),
  );
  return excess / region / rate / rate;
}

function solve({ gradient, curvature }: DiagonalSystem, scale: Float64Array, damping: number): Float64Array {
  return gradient.map((value, k) => {
    const divisor = (curvature[k] as number) + damping * (scale[k] as number) ** 2;
    return divisor === 0 ? 0 : -value / divisor;
  });
}

/** The Euclidean length of a vector. */
export function norm(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** The length of a vector whose components are scaled first. */
export function weightedNorm(scale: Float64Array, values: Float64Array): number {
  return norm(values.map((value, k) => value * (scale[k] as number)));
}
