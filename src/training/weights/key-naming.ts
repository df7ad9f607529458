/** Wrappers under which checkpoints keep a network. */
const prefixes = ["module.", "model.", "resnet."];

/** transformers' names (`microsoft/resnet-…`) and torchvision's, in patterns. */
const transformersPatterns: readonly (readonly [RegExp, (match: readonly string[]) => string])[] = [
  [/^embedder\.embedder\.convolution\.(.+)$/, ([, rest]) => `conv1.${rest}`],
  [/^embedder\.embedder\.normalization\.(.+)$/, ([, rest]) => `bn1.${rest}`],
  [
    /^encoder\.stages\.(\d+)\.layers\.(\d+)\.layer\.(\d+)\.convolution\.(.+)$/,
    ([, stage, layer, unit, rest]) => `layer${Number(stage) + 1}.${layer}.conv${Number(unit) + 1}.${rest}`,
  ],
  [
    /^encoder\.stages\.(\d+)\.layers\.(\d+)\.layer\.(\d+)\.normalization\.(.+)$/,
    ([, stage, layer, unit, rest]) => `layer${Number(stage) + 1}.${layer}.bn${Number(unit) + 1}.${rest}`,
  ],
  [
    /^encoder\.stages\.(\d+)\.layers\.(\d+)\.shortcut\.convolution\.(.+)$/,
    ([, stage, layer, rest]) => `layer${Number(stage) + 1}.${layer}.downsample.0.${rest}`,
  ],
  [
    /^encoder\.stages\.(\d+)\.layers\.(\d+)\.shortcut\.normalization\.(.+)$/,
    ([, stage, layer, rest]) => `layer${Number(stage) + 1}.${layer}.downsample.1.${rest}`,
  ],
  [/^classifier\.1\.(.+)$/, ([, rest]) => `fc.${rest}`],
];

/** torchvision's (also timm's) name for the name of an array in a checkpoint; other names come back without their prefixes. */
export function toTorchvisionName(name: string): string {
  let bare = name;
  for (let prefix = leadingPrefix(bare); prefix; prefix = leadingPrefix(bare)) bare = bare.slice(prefix.length);
  for (const [pattern, rename] of transformersPatterns) {
    const match = pattern.exec(bare);
    if (match) return rename(match);
  }
  return bare;
}

function leadingPrefix(name: string): string | undefined {
  return prefixes.find((prefix) => name.startsWith(prefix));
}
