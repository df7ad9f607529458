import { expect, test } from "vitest";
import type { StageId } from "../../src/base/ids.ts";
import { describeCause } from "../../src/report/cause-words.ts";

test("the stages of a matrix that others wait for are counted, a single one is named", () => {
  const folds = Array.from({ length: 60 }, (_, fold) => `train@fold=${fold}`);
  const stages = ["split", ...folds, "check@fold=3"] as StageId[];
  expect(describeCause({ type: "upstream", stages }, "p.yaml")).toBe(
    "depends on what split, train (60), check@fold=3 will give",
  );
});
