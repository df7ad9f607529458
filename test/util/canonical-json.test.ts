import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/util/canonical-json.ts";

describe("canonical JSON", () => {
  it("has keys in code-unit order at every depth, and no white space", () => {
    const value = { b: [1, { z: null, a: true }], a: "x", B: 1, é: 1, "10": 1, "9": 1 };
    expect(canonicalJson(value)).toBe('{"10":1,"9":1,"B":1,"a":"x","b":[1,{"a":true,"z":null}],"é":1}');
  });

  it("keeps what differs apart, and leaves out what is undefined", () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
    expect(canonicalJson("1")).not.toBe(canonicalJson(1));
    expect(canonicalJson(1e21)).toBe("1e+21");
  });

  it("has no text for a number that JSON lacks", () => {
    expect(() => canonicalJson({ lr: Number.NaN })).toThrow("NaN has no JSON form");
    expect(() => canonicalJson([Number.POSITIVE_INFINITY])).toThrow("Infinity has no JSON form");
  });
});
