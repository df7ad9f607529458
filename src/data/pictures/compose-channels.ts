/** Red, green and blue, each 0 or 1: which of a picture's components a channel lights up. */
export type Tint = readonly [red: 0 | 1, green: 0 | 1, blue: 0 | 1];

const tints: Readonly<Record<string, Tint>> = {
  red: [1, 0, 0],
  green: [0, 1, 0],
  blue: [0, 0, 1],
  yellow: [1, 1, 0],
  magenta: [1, 0, 1],
  cyan: [0, 1, 1],
  grey: [1, 1, 1],
  gray: [1, 1, 1],
  white: [1, 1, 1],
};

/** In the order in which channels without a colour's name get them. */
const order = ["red", "green", "blue", "yellow", "magenta", "cyan", "white"] as const;

/**
 * The colour in which each channel is shown: that of its name; else the next that no other has, from red, green, blue, yellow on.
 * A channel alone is grey, whatever its name; from the eighth on they are white.
 */
export function chooseTints(channels: readonly string[]): Tint[] {
  if (channels.length === 1) return [tints["grey"] as Tint];
  const named = new Set(channels.map((name) => name.toLowerCase()));
  const free: string[] = order.filter((colour) => !named.has(colour));
  return channels.map((name) => tints[name.toLowerCase()] ?? tints[free.shift() ?? "white"] ?? [1, 1, 1]);
}

/**
 * Lays channels over each other as light: each component is the sum of the channels that light it, at most 255. So the Human
 * Protein Atlas shows its cells: red + yellow, green + yellow, blue. `values` is `[pixels, channels]`, the result `[pixels, 3]`.
 */
export function composeChannels(values: Uint8Array, channelTints: readonly Tint[]): Uint8Array {
  const numChannels = channelTints.length;
  const numPixels = values.length / numChannels;
  const composed = new Uint8ClampedArray(numPixels * 3);
  for (let component = 0; component < 3; component += 1) {
    const lit = channelTints.flatMap((tint, channel) => (tint[component] === 1 ? [channel] : []));
    for (let pixel = 0; pixel < numPixels; pixel += 1) {
      let sum = 0;
      for (const channel of lit) sum += values[pixel * numChannels + channel] as number;
      composed[pixel * 3 + component] = sum;
    }
  }
  return new Uint8Array(composed.buffer);
}
