import type { Dataset } from "../../data/dataset.ts";
import { openImagePack } from "../../data/image-pack.ts";
import type { SampleSet } from "../../training/batches/sample-set.ts";
import type { StageContext } from "../stage-kind.ts";

/** A dataset's samples with their images at the size of the network, until disposed of. */
export interface OpenSamples extends SampleSet, AsyncDisposable {}

export interface SamplesRequest {
  /** Place of the artifact in `with`, e.g. `train`. */
  readonly input: string;
  readonly dataset: Dataset;
  /** Width and height, in pixels. */
  readonly size: number;
  readonly context: "training" | "validation" | "test";
}

/** Opens a dataset's images at a size, packing its images first where that has not been done, and tells the tracker of it. */
export async function openSamples(stage: StageContext<unknown>, request: SamplesRequest): Promise<OpenSamples> {
  const { input, dataset, size, context } = request;
  const numSamples = dataset.samples.rows.length;
  const pack = await openImagePack({
    dataset,
    size,
    store: stage.packStore,
    numWorkers: stage.numWorkers,
    signal: stage.signal,
    onProgress: ({ done, total }) => stage.progress({ activity: `packing ${size} px`, done, total, unit: "samples" }),
    onWait: (pid) => stage.log("info", `waiting for process ${pid}, which packs the same images`),
  });
  const digest = stage.inputs[input]?.digest ?? dataset.images.digest;
  stage.usesDataset({ name: input, digest, context, numSamples });
  return {
    numSamples,
    numClasses: dataset.numClasses,
    size,
    numChannels: dataset.channels.length,
    labels: dataset.samples.labels,
    async readImages(positions) {
      const rows = Array.from(positions, (position) => dataset.samples.rows[position] as number);
      const bytes = new Uint8Array(rows.length * pack.rowBytes);
      await pack.read(rows, bytes);
      return bytes;
    },
    [Symbol.asyncDispose]: () => pack.close(),
  };
}
