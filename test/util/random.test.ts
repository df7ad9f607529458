import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/util/random.ts";

const draw = (numDraws: number, ...key: (number | string)[]): number[] => {
  const random = createRandom(...key);
  return Array.from({ length: numDraws }, () => random.uniform());
};

describe("random numbers", () => {
  it("follow from their key alone", () => {
    expect(draw(5, 42, "shuffle", 3)).toEqual(draw(5, 42, "shuffle", 3));
  });

  it("differ for keys that differ anywhere, also in where one part ends", () => {
    const firsts = [[1], [2], ["1"], [1, 1], [11], ["a", "b"], ["ab"], ["b", "a"]].map((key) => draw(2, ...key).join());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("fill the unit interval evenly", () => {
    const counts = new Array<number>(16).fill(0);
    for (const value of draw(16_000, "even"))
      counts[Math.floor(16 * value)] = (counts[Math.floor(16 * value)] ?? 0) + 1;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 15 degrees of freedom: above 37.7 once in a thousand.
    expect(chiSquare).toBeLessThan(37.7);
  });

  it("do not repeat from one step's key to the next", () => {
    const neighbours = Array.from({ length: 1000 }, (_, step) => draw(1, 42, "dropout", step)[0] as number);
    const mean = neighbours.reduce((sum, value) => sum + value, 0) / 1000;
    let product = 0;
    for (let index = 1; index < 1000; index += 1)
      product += ((neighbours[index] as number) - mean) * ((neighbours[index - 1] as number) - mean);
    expect(Math.abs(product / 999 / (1 / 12))).toBeLessThan(0.12);
  });

  it("are normal with mean 0 and variance 1", () => {
    const random = createRandom("normal");
    const values = Array.from({ length: 20_000 }, () => random.normal());
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.03);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.04);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.3);
  });
});
