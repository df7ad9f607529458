import { describe, expect, it } from "vitest";
import { countTokens, limitMachine } from "../../../src/runner/resources/capacity.ts";
import { toAmounts } from "../../../src/runner/resources/demand.ts";

const machine = { cpu: 16, memory: 64e9, gpus: ["0", "1", "2"] };

describe("what stages may take together", () => {
  it("is what the machine has, as the document and then the user limit it", () => {
    const document = { cpu: 8, gpu: 2, tokens: { database: 3, server: 1 } };
    const user = { cpu: 4, tokens: { database: 1 } };
    expect(limitMachine(machine, { document, user, stages: 2 })).toEqual({
      cpu: 4,
      memory: 64e9,
      gpus: ["0", "1"],
      tokens: { database: 1, server: 1 },
      stages: 2,
    });
    expect(
      limitMachine(machine, { document: { gpu: 8, tokens: {} }, user: { tokens: {} }, stages: 1 }).gpus,
    ).toHaveLength(3);
  });

  it("has one training to a device, and each token once", () => {
    const withGpus = { ...machine, tokens: {}, stages: 1 };
    const without = { ...withGpus, gpus: [] };
    expect([withGpus, without].map((one) => countTokens(one, "tensorflow"))).toEqual([3, 1]);
    expect(countTokens(without, "database")).toBe(1);
    const training = { memory: 0, gpu: "if-any", tokens: { tensorflow: 1 } } as const;
    expect(Object.fromEntries(toAmounts(training, withGpus))).toEqual({
      stages: 1,
      cpu: 1,
      gpu: 1,
      "token tensorflow": 1,
    });
    expect(Object.fromEntries(toAmounts(training, without))).toEqual({ stages: 1, cpu: 1, "token tensorflow": 1 });
  });
});
