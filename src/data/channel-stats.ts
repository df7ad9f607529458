/** Sums over pixels from which mean and deviation follow without rounding: whole numbers, exact up to 2^53. */
export interface ChannelSums {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  numPixels: number;
}

export function createChannelSums(numChannels: number): ChannelSums {
  return { sums: new Float64Array(numChannels), squares: new Float64Array(numChannels), numPixels: 0 };
}

/** Adds interleaved pixels `[pixels, channels]`. */
export function addPixels(into: ChannelSums, pixels: Uint8Array): void {
  const numChannels = into.sums.length;
  for (let channel = 0; channel < numChannels; channel += 1) {
    let sum = 0;
    let square = 0;
    for (let index = channel; index < pixels.length; index += numChannels) {
      const value = pixels[index] as number;
      sum += value;
      square += value * value;
    }
    into.sums[channel] = (into.sums[channel] as number) + sum;
    into.squares[channel] = (into.squares[channel] as number) + square;
  }
  into.numPixels += pixels.length / numChannels;
}

/** Mean and population deviation sqrt(E[x²] - E[x]²) per channel, of values from 0 to 1. */
export function summarize({ sums, squares, numPixels }: ChannelSums): { mean: number[]; std: number[] } {
  const mean = [...sums].map((sum) => sum / numPixels);
  const std = [...squares].map((square, channel) =>
    Math.sqrt(Math.max(0, square / numPixels - (mean[channel] as number) ** 2)),
  );
  return { mean: mean.map((value) => value / 255), std: std.map((value) => value / 255) };
}
