import { fail } from "../../base/failure.ts";
import type { NamedArray } from "./named-arrays.ts";

const pretrainedChannels = ["red", "green", "blue"];

/**
 * Brings the first layer's pretrained filter, OIHW for red, green, blue, to a data set's channels. Channels named red, green
 * or blue take those weights; where none is, the first three do, in order. The others follow `rule`: `zeros`,
 * `copy:CHANNEL`, `mean:A,B`; `timm` repeats RGB over all channels and scales by 3 / channels, whatever their names.
 */
export function adaptFirstFilter(filter: NamedArray, channels: readonly string[], rule: string): NamedArray {
  const [outputs = 0, inputs = 0, height = 0, width = 0] = filter.shape;
  if (inputs === channels.length && (inputs !== 3 || inOrder(channels))) return filter;
  if (inputs !== 3) {
    return fail(
      "configuration",
      `The weights' first layer takes ${inputs} channels; the data set has ${channels.length} (${channels.join(", ")}).`,
      "Use weights for 3 channels, which conv1_init adapts, or for exactly these.",
    );
  }
  const area = height * width;
  const mixes = channelMixes(channels, rule);
  const values = new Float32Array(outputs * channels.length * area);
  for (let output = 0; output < outputs; output += 1) {
    for (const [channel, mix] of mixes.entries()) {
      const target = (output * channels.length + channel) * area;
      for (const [source, share] of mix.entries()) {
        if (share === 0) continue;
        const start = (output * 3 + source) * area;
        for (let pixel = 0; pixel < area; pixel += 1) {
          values[target + pixel] =
            (values[target + pixel] as number) + share * (filter.values[start + pixel] as number);
        }
      }
    }
  }
  return { shape: [outputs, channels.length, height, width], values };
}

type Mix = readonly [number, number, number];

const only = (source: number): Mix => [Number(source === 0), Number(source === 1), Number(source === 2)];

function inOrder(channels: readonly string[]): boolean {
  return colourSources(channels).every((source, index) => source === index);
}

/** Which of red, green, blue each channel takes by itself; `undefined` for further channels. */
function colourSources(channels: readonly string[]): readonly (number | undefined)[] {
  const byName = channels.map((name) => {
    const source = pretrainedChannels.indexOf(name.toLowerCase());
    return source < 0 ? undefined : source;
  });
  if (byName.some((source) => source !== undefined)) return byName;
  return channels.map((_, index) => (index < 3 ? index : undefined));
}

/** Shares of red, green and blue in each channel's filter. */
function channelMixes(channels: readonly string[], rule: string): readonly Mix[] {
  if (rule === "timm") return timmMixes(channels.length);
  const sources = colourSources(channels);
  const further = furtherMix(rule, channels, sources);
  return sources.map((source) => (source === undefined ? further() : only(source)));
}

/** timm's adapt_input_conv; a single channel takes the sum. */
function timmMixes(numChannels: number): readonly Mix[] {
  if (numChannels === 1) return [[1, 1, 1]];
  const scale = 3 / numChannels;
  return Array.from(
    { length: numChannels },
    (_, index) => only(index % 3).map((share) => share * scale) as unknown as Mix,
  );
}

function furtherMix(rule: string, channels: readonly string[], sources: readonly (number | undefined)[]): () => Mix {
  if (rule === "zeros") return () => [0, 0, 0];
  const names = rule.replace(/^(copy|mean):/, "").split(",");
  return () => {
    const mix: [number, number, number] = [0, 0, 0];
    for (const name of names) {
      const source = sources[channels.indexOf(name)] ?? failUnknown(name, rule, channels, sources);
      mix[source] = (mix[source] as number) + 1 / names.length;
    }
    return mix;
  };
}

function failUnknown(
  name: string,
  rule: string,
  channels: readonly string[],
  sources: readonly (number | undefined)[],
): never {
  const known = channels.filter((_, index) => sources[index] !== undefined);
  return fail(
    "configuration",
    `conv1_init: ${rule} names "${name}", which takes no pretrained weights of its own.`,
    `Channels that do: ${known.join(", ")}.`,
  );
}
