import { describe, expect, it } from "vitest";
import { changesImages, drawAugmentation } from "../../../src/training/augment/draw.ts";

const setting = {
  rotate: { degrees: 30, probability: 0.75 },
  dihedral: true,
  lighting: { brightness: 0.05, contrast: 0.05 },
  cutout: { holes: 3, length: 0.1 },
} as const;
const many = Array.from({ length: 4000 }, (_, sample) => drawAugmentation(setting, [42, 3, sample]));

describe("drawAugmentation", () => {
  it("draws the same for the same key, and something else for another", () => {
    expect(drawAugmentation(setting, [42, 3, 17])).toEqual(many[17]);
    expect(drawAugmentation(setting, [42, 4, 17])).not.toEqual(many[17]);
  });

  it("rotates three quarters of the images, evenly up to the largest angle", () => {
    const angles = many.map(({ angle }) => angle).filter((angle) => angle !== 0);
    expect(angles.length / many.length).toBeCloseTo(0.75, 1);
    expect(Math.max(...angles.map(Math.abs))).toBeLessThanOrEqual(30);
    // The deviation of an even distribution on [-30, 30] is 30 / sqrt(3).
    const deviation = Math.sqrt(angles.reduce((sum, angle) => sum + angle * angle, 0) / angles.length);
    expect(Math.abs(deviation - 30 / Math.sqrt(3))).toBeLessThan(0.7);
  });

  it("draws each of the eight turns and flips equally often", () => {
    const counts = new Map<string, number>();
    for (const { quarterTurns, flip } of many) {
      const name = `${quarterTurns} ${flip}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect(counts.size).toBe(8);
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(100);
  });

  it("keeps brightness and contrast within their bounds", () => {
    expect(Math.max(...many.map(({ brightness }) => Math.abs(brightness)))).toBeLessThanOrEqual(0.05);
    const contrasts = many.map(({ contrast }) => contrast);
    expect(Math.max(...contrasts)).toBeLessThanOrEqual(1.05);
    expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(1 / 1.05);
  });

  it("cuts holes into half of the images, their centres anywhere", () => {
    const cut = many.filter(({ holes }) => holes.length > 0);
    expect(cut.length / many.length).toBeCloseTo(0.5, 1);
    expect(new Set(cut.map(({ holes }) => holes.length))).toEqual(new Set([3]));
    const centers = cut.flatMap(({ holes }) => holes.map(({ centerX }) => centerX));
    expect(Math.min(...centers)).toBeLessThan(0.01);
    expect(Math.max(...centers)).toBeGreaterThan(0.99);
  });

  it("does not let one setting change what another draws", () => {
    const alone = drawAugmentation({ dihedral: true }, [42, 3, 17]);
    expect(alone).toMatchObject({ quarterTurns: many[17]!.quarterTurns, flip: many[17]!.flip, angle: 0, contrast: 1 });
  });
});

it("changesImages tells settings that do nothing", () => {
  expect(changesImages({})).toBe(false);
  expect(changesImages({ rotate: { degrees: 30, probability: 0 }, lighting: {} })).toBe(false);
  expect(changesImages({ cutout: { holes: 1, length: 0.5, probability: 0 } })).toBe(false);
  expect(changesImages({ cutout: { holes: 1, length: 0.5 } })).toBe(true);
  expect(changesImages(setting)).toBe(true);
});
