import { type DiagonalSystem, dampStep, norm, weightedNorm } from "./damped-step.ts";

/** Residuals in one or more rows, and their slopes: `slopes[row][k]` is the derivative of `residuals[row][k]` by parameter k. */
export interface Evaluation {
  readonly residuals: readonly Float64Array[];
  readonly slopes: readonly Float64Array[];
}

/** Both tolerances of scipy's `leastsq`: the relative fall of the sum of squares, and the relative size of the step region. */
const tolerance = 1.49012e-8;
const firstRegion = 100;
const maxEvaluations = 6000;

/**
 * Levenberg–Marquardt as MINPACK's `lmder` does it (Moré 1978; scipy's `leastsq`), for problems in which each residual
 * depends on one parameter: then the Jacobian is diagonal, but the trust region still ties the parameters together, so that
 * the same local optimum is reached.
 */
export function leastSquares(start: Float64Array, evaluate: (parameters: Float64Array) => Evaluation): Float64Array {
  let parameters = start;
  let evaluation = evaluate(parameters);
  let size = sizeOf(evaluation);
  let system = linearize(evaluation);
  const scale = system.curvature.map((curvature) => Math.sqrt(curvature) || 1);
  let region = firstRegion * weightedNorm(scale, parameters) || firstRegion;
  let damping = 0;
  let isFirstStep = true;
  for (let numEvaluations = 1; numEvaluations < maxEvaluations; numEvaluations += 1) {
    const step = dampStep(system, scale, region, damping);
    damping = step.damping;
    const stepSize = weightedNorm(scale, step.change);
    if (isFirstStep) region = Math.min(region, stepSize);
    const proposed = parameters.map((value, k) => value + (step.change[k] as number));
    const next = evaluate(proposed);
    const nextSize = sizeOf(next);

    const actual = 0.1 * nextSize < size ? 1 - (nextSize / size) ** 2 : -1;
    const linear = (norm(step.change.map((d, k) => d * Math.sqrt(system.curvature[k] as number))) / size) ** 2;
    const damped = damping * (stepSize / size) ** 2;
    const predicted = linear + 2 * damped;
    const ratio = predicted === 0 ? 0 : actual / predicted;
    if (ratio <= 0.25) {
      const shrink = shrinkFactor(actual, linear + damped, 0.1 * nextSize >= size);
      region = shrink * Math.min(region, stepSize / 0.1);
      damping /= shrink;
    } else if (damping === 0 || ratio >= 0.75) {
      region = stepSize / 0.5;
      damping *= 0.5;
    }

    const isAccepted = ratio >= 1e-4;
    if (isAccepted) {
      parameters = proposed;
      evaluation = next;
      size = nextSize;
      isFirstStep = false;
      system = linearize(evaluation);
      for (const [k, curvature] of system.curvature.entries()) {
        scale[k] = Math.max(scale[k] as number, Math.sqrt(curvature));
      }
    }
    const hasConverged = Math.abs(actual) <= tolerance && predicted <= tolerance && ratio <= 2;
    if (hasConverged || region <= tolerance * weightedNorm(scale, parameters)) break;
  }
  return parameters;
}

function linearize({ residuals, slopes }: Evaluation): DiagonalSystem {
  const length = residuals[0]?.length ?? 0;
  const gradient = new Float64Array(length);
  const curvature = new Float64Array(length);
  for (const [row, values] of residuals.entries()) {
    for (let k = 0; k < length; k += 1) {
      const slope = slopes[row]?.[k] as number;
      gradient[k] = (gradient[k] as number) + slope * (values[k] as number);
      curvature[k] = (curvature[k] as number) + slope * slope;
    }
  }
  return { gradient, curvature };
}

function sizeOf({ residuals }: Evaluation): number {
  return Math.hypot(...residuals.map(norm));
}

function shrinkFactor(actual: number, slope: number, isFarWorse: boolean): number {
  const factor = actual >= 0 ? 0.5 : (-0.5 * slope) / (-slope + 0.5 * actual);
  return isFarWorse || factor < 0.1 ? 0.1 : factor;
}
