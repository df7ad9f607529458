import type { CrashPoint, Kill } from "./crash-points.ts";
import { createScenario, type Scenario } from "./scenarios.ts";

/**
 * Three steps an epoch, each of two parts whose gradients are added up; the first epoch trains the head alone. Checkpoints are
 * written after two steps and at the end of each epoch, with all that a training carries along: both averages, Adam's moments.
 */
const pipeline = `version: 1
name: training
stages:
  draw: { uses: demo/cells, with: { train: 34, test: 1, size: 32 } }
  unzip: { uses: archive/unzip, with: { archive: "\${{ stages.draw.outputs.archive }}" } }
  dataset:
    uses: dataset/build
    with:
      images: "\${{ stages.unzip.outputs.files }}/train"
      labels: { csv: "\${{ stages.unzip.outputs.files }}/train.csv", classes: 28 }
      channels: [red, green, blue, yellow]
  split: { uses: dataset/split, with: { dataset: "\${{ stages.dataset.outputs.dataset }}", validation: 0.25 } }
  stats: { uses: dataset/stats, with: { dataset: "\${{ stages.split.outputs.train }}" } }
  train:
    uses: model/train
    with:
      train: \${{ stages.split.outputs.train }}
      validation: \${{ stages.split.outputs.validation }}
      stats: \${{ stages.stats.outputs.stats }}
      arch: resnet18
      head: { hidden: [], dropout: 0.2 }
      size: 32
      batch: 6
      micro_batch: 3
      augment: { dihedral: true, rotate: { degrees: 10 } }
      ema: { decay: 0.9 }
      swa: { from: 1, every: epoch }
      checkpoint_every: 2
      phases:
        - { name: head, freeze: body, epochs: 1, lr: 0.01 }
        - { name: all, epochs: 1, lr: 0.001, schedule: { type: circular } }
`;

const run = ["run", "training.yaml", "--no-mlflow"];

/** A training whose data set is there already. */
export function createTrainingScenario(): Promise<Scenario> {
  return createScenario("a training", {
    files: { "training.yaml": pipeline },
    args: run,
    async prepare(project) {
      const { code, stdout, stderr } = await project.pipe([...run, "--target", "stats"]);
      if (code !== 0) throw new Error(`the data set was not made:\n${stdout}${stderr}`);
    },
  });
}

export interface TrainingKill extends Kill {
  /** Where the next run goes on; `undefined` at the beginning. */
  readonly goesOn: { readonly epoch: number; readonly step: number } | undefined;
}

/** Ways to die at the boundaries of a training. Throws when it has no such points any more. */
export function listTrainingKills(points: readonly CrashPoint[]): TrainingKill[] {
  const find = (call: string, path: RegExp, nth: number): CrashPoint => {
    const point = points.filter((one) => one.role === "train" && one.call === call && path.test(one.path))[nth - 1];
    if (point === undefined) throw new Error(`there is no ${call} of ${path} for the ${nth}th time`);
    return point;
  };
  const commit = (nth: number) => find("rename", /\/checkpoints\/checkpoint\.json$/, nth);
  const content = (nth: number) => find("write", new RegExp(`/checkpoints/${nth}-training\\.safetensors$`), 1);
  /** The last event before a checkpoint; at an epoch's end, it tells of the validation of the averaged weights. */
  const eventBefore = (nth: number): CrashPoint => {
    const before = points.slice(0, points.indexOf(content(nth)));
    const isEvent = ({ role, call, path }: CrashPoint) =>
      role === "train" && call === "write" && path.endsWith("/events.ndjson");
    return before.findLast(isEvent) as CrashPoint;
  };
  return [
    { ...commit(1), moment: "before", victims: "process", goesOn: undefined },
    { ...eventBefore(2), moment: "before", victims: "all", goesOn: { epoch: 1, step: 2 } },
    { ...content(3), moment: "torn", victims: "process", goesOn: { epoch: 2, step: 0 } },
    { ...commit(3), moment: "after", victims: "all", goesOn: { epoch: 2, step: 2 } },
    { ...commit(4), moment: "after", victims: "process", goesOn: { epoch: 3, step: 0 } },
  ];
}
