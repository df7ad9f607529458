import { expect, test } from "vitest";
import type { Fingerprint, StageId } from "../../src/base/ids.ts";
import { translateEvent } from "../../src/tracking/translate-event.ts";

const context = { runId: "run", runFolder: "/runs/run", user: "me" };

test("the stages of a matrix have its values in columns that they share", () => {
  const operations = translateEvent(
    {
      type: "stage-started",
      at: 1,
      stage: "train@fold=0,lr=0.001" as StageId,
      cause: { type: "first" },
      fingerprint: "f" as Fingerprint,
      params: { lr: 0.001 },
      combination: { of: "train", values: { fold: 0, lr: 0.001 } },
    },
    context,
  );
  const [start, values] = operations;
  expect(start).toMatchObject({ type: "start", run: "stage train@fold=0,lr=0.001", name: "train@fold=0,lr=0.001" });
  expect(start).toMatchObject({
    tags: expect.arrayContaining([
      { key: "pipe.matrix", value: "train" },
      { key: "pipe.matrix.fold", value: "0" },
    ]),
  });
  expect(values).toMatchObject({
    run: "stage train@fold=0,lr=0.001",
    params: [
      { key: "matrix.fold", value: "0" },
      { key: "matrix.lr", value: "0.001" },
    ],
  });
});
