/** How a phase is cut into learning-rate cycles: `epochs` as one, or several, each `cycle_mult` times as long as the one before. */
export interface CycleSetting {
  readonly epochs?: number;
  readonly cycles?: number;
  readonly cycle_len?: number;
  readonly cycle_mult?: number;
}

/** Epochs of each cycle, e.g. `{cycles: 3, cycle_len: 1, cycle_mult: 2}` → [1, 2, 4]. */
export function cycleLengths({ epochs, cycles = 1, cycle_len = 1, cycle_mult = 1 }: CycleSetting): readonly number[] {
  if (epochs !== undefined) return [epochs];
  return Array.from({ length: cycles }, (_, index) => cycle_len * cycle_mult ** index);
}

export interface CyclePosition {
  /** Steps since the cycle began. */
  readonly step: number;
  /** The cycle's length in steps. */
  readonly length: number;
  readonly cycleIndex: number;
}

/** In which cycle a step of the phase lies; steps after the last cycle stay at its end. */
export function locateStep(step: number, lengthsInSteps: readonly number[]): CyclePosition {
  let start = 0;
  for (const [cycleIndex, length] of lengthsInSteps.entries()) {
    if (step < start + length) return { step: step - start, length, cycleIndex };
    start += length;
  }
  const length = lengthsInSteps.at(-1) ?? 0;
  return { step: length, length, cycleIndex: lengthsInSteps.length - 1 };
}
