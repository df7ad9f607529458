import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { divideIntoBatches, toKey, toParam, toTag } from "../../src/tracking/mlflow-limits.ts";

/** The rules of `mlflow/utils/validation.py`; Python's `\w` is of any script. */
const nameRule = /^[/\p{L}\p{N}_.\- ]+$/u;
const metric = (index: number) => ({ key: `m/${index % 7}`, value: index / 3, timestamp: 1, step: index });

describe("MLflow's limits", () => {
  it("divide what is logged into batches that lose nothing and keep its order", () => {
    const batch = {
      metrics: Array.from({ length: 2500 }, (_, index) => metric(index)),
      params: Array.from({ length: 250 }, (_, index) => toParam(`p${index}`, "x".repeat(7000))),
      tags: Array.from({ length: 120 }, (_, index) => toTag(`t${index}`, "y".repeat(9000))),
    };
    const batches = divideIntoBatches(batch);
    expect(batches.flatMap(({ metrics }) => metrics)).toEqual(batch.metrics);
    expect(batches.flatMap(({ params }) => params)).toEqual(batch.params);
    expect(batches.flatMap(({ tags }) => tags)).toEqual(batch.tags);
    for (const one of batches) {
      expect(one.params.length).toBeLessThanOrEqual(100);
      expect(one.tags.length).toBeLessThanOrEqual(100);
      expect(one.metrics.length + one.params.length + one.tags.length).toBeLessThanOrEqual(1000);
      expect(Buffer.byteLength(JSON.stringify(one))).toBeLessThan(1_000_000);
    }
  });

  it("make any text a name that the server takes, and leave good names alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const key = toKey(text);
        expect(key).toMatch(nameRule);
        expect(key.length).toBeLessThanOrEqual(250);
        // What normalising a path would change is taken for another name.
        expect(key.split("/").every((part) => part !== "" && part !== "." && part !== "..")).toBe(true);
        expect(toKey(key)).toBe(key);
      }),
    );
    for (const name of ["train/loss", "phases.0.lr", "val/macro_f1", "a b-c", "Größe", "精度"])
      expect(toKey(name)).toBe(name);
  });

  it("make no two texts the same name", () => {
    // Few characters, so that names are near each other.
    const name = fc.string({ unit: fc.constantFrom("a", "@", "#", "_", ".", "/", " ", "\u0301"), maxLength: 6 });
    const longName = fc.tuple(fc.string({ minLength: 240, maxLength: 260 }), name).map(([start, end]) => start + end);
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(name, longName), { minLength: 2, maxLength: 30 }), (texts) => {
        expect(new Set(texts.map((text) => toKey(text))).size).toBe(texts.length);
      }),
    );
  });

  it("cut long values, whole characters only, and show that something is missing", () => {
    const { value } = toParam("note", `${"x".repeat(5998)}🙂tail`);
    expect(value).toHaveLength(6000);
    expect(value.endsWith("…")).toBe(true);
    expect(Buffer.from(value).toString()).toBe(value);
    expect(toTag("note", "a\0b").value).toBe("a\ufffdb");
  });
});
