import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Crc32c } from "../../src/util/crc32c.ts";

describe("Crc32c", () => {
  // RFC 3720, appendix B.4, and the check value of the CRC catalogue.
  it.each([
    ["32 zeros", new Uint8Array(32), "8a9136aa"],
    ["32 ones", new Uint8Array(32).fill(255), "62a8ab43"],
    ["32 ascending bytes", Uint8Array.from({ length: 32 }, (_, index) => index), "46dd794e"],
    ["32 descending bytes", Uint8Array.from({ length: 32 }, (_, index) => 31 - index), "113fdb5c"],
    ["nothing", new Uint8Array(0), "00000000"],
    ["123456789", Buffer.from("123456789"), "e3069283"],
  ])("is right for %s", (_, bytes, expected) => {
    expect(digest([bytes])).toBe(expected);
  });

  it("does not depend on how the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (pieces) => {
        expect(digest(pieces)).toBe(digest([Buffer.concat(pieces)]));
      }),
    );
  });
});

function digest(pieces: readonly Uint8Array[]): string {
  const crc = new Crc32c();
  for (const piece of pieces) crc.update(piece);
  return crc.digestHex();
}
