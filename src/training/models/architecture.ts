/** The networks of He et al. 2015, in torchvision's variant: a bottleneck's stride is in its 3 × 3 convolution ("v1.5"). */
export const archNames = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"] as const;

export type ArchName = (typeof archNames)[number];

const architectures: Readonly<Record<ArchName, { bottleneck: boolean; blocks: readonly number[] }>> = {
  resnet18: { bottleneck: false, blocks: [2, 2, 2, 2] },
  resnet34: { bottleneck: false, blocks: [3, 4, 6, 3] },
  resnet50: { bottleneck: true, blocks: [3, 4, 6, 3] },
  resnet101: { bottleneck: true, blocks: [3, 4, 23, 3] },
  resnet152: { bottleneck: true, blocks: [3, 8, 36, 3] },
};

/** A bottleneck puts out this many times the channels of its 3 × 3 convolution. */
const bottleneckExpansion = 4;

/** Parameters of one group share a learning rate: 0 from the stem to layer2, 1 layer3 and layer4, 2 the head. */
export type ParameterGroup = 0 | 1 | 2;

/** A convolution without bias, batch norm, and ReLU if `relu`. */
export interface ConvNormSpec {
  /** Names as in torchvision, e.g. `layer1.0.conv1` and `layer1.0.bn1`. */
  readonly convolution: string;
  readonly norm: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Height and width of the filter, in pixels. */
  readonly kernel: number;
  readonly stride: number;
  readonly relu: boolean;
  readonly group: ParameterGroup;
}

export interface BlockSpec {
  /** The residual branch; its last unit has no ReLU, which comes after the sum. */
  readonly branch: readonly ConvNormSpec[];
  /** Brings the input to the branch's shape; absent where it has it already. */
  readonly shortcut?: ConvNormSpec;
}

/** Everything before the head. */
export interface BodySpec {
  readonly stem: ConvNormSpec;
  readonly blocks: readonly BlockSpec[];
  /** Channels of the result, at 1/32 of the image's size. */
  readonly numFeatures: number;
}

export interface BodyOptions {
  readonly arch: ArchName;
  /** Channels of the images. */
  readonly numChannels: number;
  /** Channels after the stem: 64, less for a thin network (tests). */
  readonly width?: number;
}

/** Lays out a body, block by block, with torchvision's names. */
export function describeBody({ arch, numChannels, width = 64 }: BodyOptions): BodySpec {
  const { bottleneck, blocks: blockCounts } = architectures[arch];
  const stem = convNorm("conv1", "bn1", { inputs: numChannels, outputs: width, kernel: 7, stride: 2, group: 0 });
  const blocks: BlockSpec[] = [];
  let inputs = width;
  for (const [layerIndex, numBlocks] of blockCounts.entries()) {
    const planes = width * 2 ** layerIndex;
    for (let blockIndex = 0; blockIndex < numBlocks; blockIndex += 1) {
      const place: BlockPlace = {
        name: `layer${layerIndex + 1}.${blockIndex}`,
        inputs,
        planes,
        stride: layerIndex > 0 && blockIndex === 0 ? 2 : 1,
        group: layerIndex < 2 ? 0 : 1,
      };
      blocks.push(bottleneck ? describeBottleneck(place) : describeBasicBlock(place));
      inputs = bottleneck ? planes * bottleneckExpansion : planes;
    }
  }
  return { stem, blocks, numFeatures: inputs };
}

/** All units of a body, in the order in which torchvision lists their parameters. */
export function listUnits({ stem, blocks }: BodySpec): readonly ConvNormSpec[] {
  return [stem, ...blocks.flatMap(({ branch, shortcut }) => (shortcut ? [...branch, shortcut] : branch))];
}

interface BlockPlace {
  readonly name: string;
  readonly inputs: number;
  readonly planes: number;
  readonly stride: number;
  readonly group: ParameterGroup;
}

function describeBasicBlock({ name, inputs, planes, stride, group }: BlockPlace): BlockSpec {
  const branch = [
    convNorm(`${name}.conv1`, `${name}.bn1`, { inputs, outputs: planes, kernel: 3, stride, group }),
    convNorm(`${name}.conv2`, `${name}.bn2`, { inputs: planes, outputs: planes, kernel: 3, group, relu: false }),
  ];
  return { branch, ...describeShortcut({ name, inputs, planes, stride, group }, planes) };
}

function describeBottleneck({ name, inputs, planes, stride, group }: BlockPlace): BlockSpec {
  const outputs = planes * bottleneckExpansion;
  const branch = [
    convNorm(`${name}.conv1`, `${name}.bn1`, { inputs, outputs: planes, kernel: 1, group }),
    convNorm(`${name}.conv2`, `${name}.bn2`, { inputs: planes, outputs: planes, kernel: 3, stride, group }),
    convNorm(`${name}.conv3`, `${name}.bn3`, { inputs: planes, outputs, kernel: 1, group, relu: false }),
  ];
  return { branch, ...describeShortcut({ name, inputs, planes, stride, group }, outputs) };
}

function describeShortcut({ name, inputs, stride, group }: BlockPlace, outputs: number): Pick<BlockSpec, "shortcut"> {
  if (stride === 1 && inputs === outputs) return {};
  const setting = { inputs, outputs, kernel: 1, stride, group, relu: false };
  return { shortcut: convNorm(`${name}.downsample.0`, `${name}.downsample.1`, setting) };
}

function convNorm(
  convolution: string,
  norm: string,
  setting: Omit<ConvNormSpec, "convolution" | "norm" | "stride" | "relu"> & { stride?: number; relu?: boolean },
): ConvNormSpec {
  return { convolution, norm, stride: 1, relu: true, ...setting };
}
