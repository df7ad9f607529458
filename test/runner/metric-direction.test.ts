import { describe, expect, it } from "vitest";
import { findDirection } from "../../src/runner/metric-direction.ts";

describe("findDirection", () => {
  it("goes by what the stage says of the metric that it monitors", () => {
    const params = { monitor: { metric: "val/score", direction: "minimize" } };
    expect(findDirection("val/score", params)).toBe("minimize");
    expect(findDirection("best/val_score", params)).toBe("minimize");
    expect(findDirection("train/score", params)).toBeUndefined();
  });

  it.each([
    ["val/loss", "minimize"],
    ["best/val_loss", "minimize"],
    ["val/macro_f1", "maximize"],
    ["val/f1/Nucleoplasm", "maximize"],
    ["accuracy", "maximize"],
    ["kaggle/public_score", undefined],
    ["best/epoch", undefined],
    ["train/lr", undefined],
    ["mapped", undefined],
  ])("knows of %s: %s", (name, direction) => {
    expect(findDirection(name, {})).toBe(direction);
  });
});
