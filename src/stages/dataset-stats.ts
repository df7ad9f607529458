import { writeFile } from "node:fs/promises";
import { addPixels, type ChannelSums, createChannelSums, summarize } from "../data/channel-stats.ts";
import { countClasses, type Dataset, imagePath, listIds, loadDataset } from "../data/dataset.ts";
import type { DatasetStats } from "../data/dataset-stats.ts";
import { decodeImage } from "../data/decode-image.ts";
import { openImagePack } from "../data/image-pack.ts";
import { mapBounded } from "../util/map-bounded.ts";
import type { DatasetStatsWith } from "./generated/dataset-stats.ts";
import { montageOf } from "./pictures/sample-montage.ts";
import { showPicture } from "./pictures/show-picture.ts";
import { datasetPlots } from "./plots/dataset-plots.ts";
import { showPlots } from "./plots/show-plots.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

/** Computes each channel's mean and deviation, and how often each class occurs. */
export const datasetStats: StageKind<DatasetStatsWith> = {
  uses: "dataset/stats",
  async run(stage) {
    const dataset = await loadDataset(stage.with.dataset);
    const channels =
      stage.with.size === undefined
        ? await measureOriginals(dataset, stage)
        : await measurePack(dataset, stage.with.size, stage);
    const { mean, std } = summarize(channels);
    const stats: DatasetStats = {
      version: 1,
      channels: dataset.channels,
      mean,
      std,
      numSamples: dataset.samples.rows.length,
      numPixels: channels.numPixels,
      classCounts: dataset.samples.labels ? countClasses(dataset) : [],
      labelsPerSample: countLabels(dataset),
    };
    await writeFile(stage.output("stats"), `${JSON.stringify(stats, undefined, 2)}\n`);
    stage.showFile(stage.output("stats"));
    if (dataset.samples.rows.length > 0) {
      await showPicture(stage, { key: "samples", step: 0, sheet: await montageOf(dataset, stage) });
    }
    if (dataset.samples.labels) await showPlots(stage, datasetPlots(stats, dataset.classNames));
    for (const [index, channel] of dataset.channels.entries()) {
      stage.metric(`mean/${channel}`, mean[index] as number);
      stage.metric(`std/${channel}`, std[index] as number);
    }
  },
};

async function measureOriginals(dataset: Dataset, stage: StageContext<DatasetStatsWith>): Promise<ChannelSums> {
  const ids = listIds(dataset);
  const perChannel = dataset.channels.map(() => createChannelSums(1));
  let done = 0;
  await mapBounded(ids, stage.numWorkers, async (id) => {
    stage.signal.throwIfAborted();
    for (const [index, channel] of dataset.channels.entries()) {
      addPixels(perChannel[index] as ChannelSums, (await decodeImage(imagePath(dataset.images, id, channel))).values);
    }
    done += 1;
    stage.progress({ activity: "measuring", done, total: ids.length, unit: "samples" });
  });
  return {
    sums: Float64Array.from(perChannel, ({ sums }) => sums[0] as number),
    squares: Float64Array.from(perChannel, ({ squares }) => squares[0] as number),
    numPixels: perChannel[0]?.numPixels ?? 0,
  };
}

async function measurePack(
  dataset: Dataset,
  size: number,
  stage: StageContext<DatasetStatsWith>,
): Promise<ChannelSums> {
  const { packStore: store, numWorkers, signal } = stage;
  const pack = await openImagePack({
    ...{ dataset, size, store, numWorkers, signal },
    onProgress: ({ done, total }) => stage.progress({ activity: `packing ${size} px`, done, total, unit: "samples" }),
  });
  const sums = createChannelSums(dataset.channels.length);
  const row = new Uint8Array(pack.rowBytes);
  const { rows } = dataset.samples;
  for (const [index, rowIndex] of rows.entries()) {
    signal.throwIfAborted();
    await pack.read([rowIndex], row);
    addPixels(sums, row);
    stage.progress({ activity: "measuring", done: index + 1, total: rows.length, unit: "samples" });
  }
  await pack.close();
  return sums;
}

function countLabels({ samples }: Dataset): number[] {
  const counts: number[] = [];
  for (const { length } of samples.labels ?? []) {
    while (counts.length <= length) counts.push(0);
    counts[length] = (counts[length] as number) + 1;
  }
  return counts;
}
