import { describe, expect, it } from "vitest";
import { type CaptionOptions, captionSample } from "../../../src/stages/pictures/label-caption.ts";

const options: CaptionOptions = { classNames: ["Nucleoplasm", "Nucleoli", "Golgi"], threshold: 0.5, maxLines: 6 };
const sample = (labels: number[], probabilities: number[]) => ({
  id: "cell",
  labels: Uint8Array.from(labels),
  probabilities: Float32Array.from(probabilities),
});

describe("the caption of a predicted sample", () => {
  it("tells labels that are predicted and true, only true, and only predicted", () => {
    expect(captionSample(sample([1, 1, 0], [0.91, 0.2, 0.5]), options)).toEqual({
      verdict: "wrong",
      lines: [
        { text: "wrong  cell" },
        { mark: "hit", text: "0.91  0 Nucleoplasm" },
        { mark: "missed", text: "0.20  1 Nucleoli" },
        { mark: "extra", text: "0.50  2 Golgi" },
      ],
    });
  });

  it("is right where all labels are predicted and no other, none at all included", () => {
    expect(captionSample(sample([0, 1, 0], [0.1, 0.6, 0.2]), options).verdict).toBe("right");
    expect(captionSample(sample([0, 0, 0], [0.1, 0.2, 0.3]), options)).toEqual({
      verdict: "right",
      lines: [{ text: "right  cell" }],
    });
    expect(captionSample(sample([0, 1, 0], [0.1, 0.4, 0.2]), options).verdict).toBe("wrong");
  });

  it("says how many labels there was no room for", () => {
    const all = captionSample(sample(new Array(28).fill(0), new Array(28).fill(0.9)), {
      ...options,
      classNames: null,
      note: "loss 3.21",
    });
    expect(all.lines.map(({ text }) => text)).toEqual([
      "wrong  loss 3.21  cell",
      "0.90  0",
      "0.90  1",
      "0.90  2",
      "0.90  3",
      "and 24 more",
    ]);
  });

  it("cuts long names", () => {
    const { lines } = captionSample({ ...sample([0], [0]), id: "0".repeat(40) }, options);
    expect(lines[0]?.text).toBe(`right  ${"0".repeat(25)}…`);
  });
});
