import type { CyclePosition } from "./cycles.ts";

export interface OneCycleSetting {
  readonly type: "one_cycle";
  /** Peak over start. */
  readonly div?: number;
  /** Peak over end. */
  readonly div_final?: number;
  /** Fraction of the cycle that rises. */
  readonly pct_start?: number;
  /** Whose steps: fastai ends one step before the end is reached, torch at it (and peaks one step earlier). */
  readonly variant?: "fastai" | "torch";
}

/** From `start` to `end` along half a cosine; `position` from 0 to 1. */
export function annealCosine(start: number, end: number, position: number): number {
  return end + ((start - end) * (1 + Math.cos(Math.PI * position))) / 2;
}

/** Smith's one cycle (2018) as in fastai's fit_one_cycle or PyTorch's OneCycleLR: up and down along half cosines. */
export function oneCycle({ step, length }: CyclePosition, setting: OneCycleSetting): number {
  const { div = 25, div_final = 1e5, pct_start = 0.25, variant = "fastai" } = setting;
  // Steps at which the peak and the end are.
  const shift = variant === "torch" ? 1 : 0;
  const [peak, end] = [pct_start * length - shift, length - shift];
  if (step < peak) return annealCosine(1 / div, 1, step / peak);
  return annealCosine(1, 1 / div_final, (step - peak) / (end - peak));
}
