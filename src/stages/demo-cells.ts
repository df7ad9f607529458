import { writeFile } from "node:fs/promises";
import { drawLabels } from "../data/cells/draw-labels.ts";
import { cellChannels, drawSample } from "../data/cells/draw-sample.ts";
import { encodePng } from "../data/encode-png.ts";
import { formatLabels } from "../data/submission.ts";
import { writeZip, type ZipEntry } from "../data/write-zip.ts";
import { createRandom } from "../util/random.ts";
import type { DemoCellsWith } from "./generated/demo-cells.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

interface Sample {
  readonly id: string;
  readonly labels: readonly number[];
}

/** Draws a competition of cells, with its answers. */
export const demoCells: StageKind<DemoCellsWith> = {
  uses: "demo/cells",
  async run(stage) {
    const { train, test, seed } = stage.with;
    // Two of each class at least, so that a split can have it in both parts.
    const trainSamples = nameSamples(drawLabels(train, 2, [seed, "train"]), [seed, "train"]);
    const testSamples = nameSamples(drawLabels(test, 0, [seed, "test"]), [seed, "test"]);
    await writeZip(stage.output("archive"), drawCompetition(stage, trainSamples, testSamples));
    await writeFile(stage.output("solution"), renderTable("Target", testSamples));
    stage.metric("cells/train_samples", train);
    stage.metric("cells/test_samples", test);
  },
};

async function* drawCompetition(
  stage: StageContext<DemoCellsWith>,
  train: readonly Sample[],
  test: readonly Sample[],
): AsyncGenerator<ZipEntry> {
  yield { path: "train.csv", content: renderTable("Target", train) };
  yield {
    path: "sample_submission.csv",
    content: renderTable(
      "Predicted",
      test.map(({ id }) => ({ id, labels: [0] })),
    ),
  };
  const { size, seed } = stage.with;
  const total = train.length + test.length;
  let done = 0;
  for (const [folder, samples] of [
    ["train", train],
    ["test", test],
  ] as const) {
    for (const [index, { id, labels }] of samples.entries()) {
      stage.signal.throwIfAborted();
      const images = drawSample(labels, size, [seed, folder, "sample", index]);
      for (const channel of cellChannels)
        yield { path: `${folder}/${id}_${channel}.png`, content: encodePng(images[channel], size) };
      done += 1;
      stage.progress({ activity: "drawing cells", done, total, unit: "samples" });
    }
  }
}

/** Ids in the form of the real ones. */
function nameSamples(labels: readonly (readonly number[])[], key: readonly (number | string)[]): Sample[] {
  const random = createRandom(...key, "ids");
  const hex = (): string => random.integer().toString(16).padStart(8, "0");
  return labels.map((ofSample) => {
    const digits = hex() + hex() + hex() + hex();
    const id = [
      digits.slice(0, 8),
      digits.slice(8, 12),
      digits.slice(12, 16),
      digits.slice(16, 20),
      digits.slice(20),
    ].join("-");
    return { id, labels: ofSample };
  });
}

function renderTable(target: string, samples: readonly Sample[]): string {
  return formatLabels(samples, { id: "Id", target, separator: " " });
}
