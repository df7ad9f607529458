import { expect, test } from "vitest";
import type { StageId } from "../../src/base/ids.ts";
import { describeCause, describeChange } from "../../src/report/cause-words.ts";

test("the stages of a matrix that others wait for are counted, a single one is named", () => {
  const folds = Array.from({ length: 60 }, (_, fold) => `train@fold=${fold}`);
  const stages = ["split", ...folds, "check@fold=3"] as StageId[];
  expect(describeCause({ type: "upstream", stages }, "p.yaml")).toBe(
    "depends on what split, train (60), check@fold=3 will give",
  );
});

test("long texts are shown from where they differ", () => {
  const text = (lr: number): string =>
    `python train.py --data data/images/of/many/cells --epochs 30 --lr ${lr} --seed 1`;
  const change = { path: "run", before: text(0.1), after: text(0.2), line: 7 };
  expect(describeChange(change, "p.yaml")).toBe(
    "run changed …pochs 30 --lr 0.1 --seed 1 → …pochs 30 --lr 0.2 --seed 1 (p.yaml:7)",
  );
});
