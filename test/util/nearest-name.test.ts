import { expect, test } from "vitest";
import { findNearestName } from "../../src/util/nearest-name.ts";

const stages = ["load", "split", "train", "train-512", "evaluate"];

test.each([
  ["trian", "train"], // two letters swapped
  ["tran", "train"], // a letter missing
  ["SPLIT", "split"], // another case
  ["train512", "train-512"],
  ["evalaute", "evaluate"],
])("%s is taken for %s", (written, meant) => {
  expect(findNearestName(written, stages)).toBe(meant);
});

test.each(["download", "x", ""])("nothing is near %j", (written) => {
  expect(findNearestName(written, stages)).toBeUndefined();
});

test("of equally near names the first is taken", () => {
  expect(findNearestName("bat", ["cat", "hat"])).toBe("cat");
});
