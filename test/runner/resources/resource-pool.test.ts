import { describe, expect, it } from "vitest";
import { createResourcePool, type TakeOptions } from "../../../src/runner/resources/resource-pool.ts";

const capacity = { cpu: 4, memory: 100, gpus: ["0"], tokens: { database: 2 }, stages: Number.POSITIVE_INFINITY };

/** Notes in which order takers get what they ask for. */
function createQueue(signal = new AbortController().signal) {
  const pool = createResourcePool(capacity);
  const events: string[] = [];
  const giveBack = new Map<string, () => void>();
  const ask = (name: string, rank: number, amounts: Record<string, number>, options: Partial<TakeOptions> = {}) =>
    pool
      .take(new Map(Object.entries(amounts)), {
        rank,
        signal,
        onWait: (lacking) => events.push(`${name} lacks ${lacking.join(", ")}`),
        ...options,
      })
      .then((give) => {
        events.push(`${name} starts`);
        giveBack.set(name, give);
      });
  const end = async (name: string): Promise<void> => {
    giveBack.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ask, end, events };
}

describe("a pool of resources", () => {
  it("never gives more than there is", async () => {
    const { ask, end, events } = createQueue();
    await Promise.all([ask("a", 0, { cpu: 2 }), ask("b", 1, { cpu: 2 })]);
    void ask("c", 2, { cpu: 0.5 });
    expect(events).toEqual(["a starts", "b starts", "c lacks cpu"]);
    await end("a");
    expect(events).toEqual(["a starts", "b starts", "c lacks cpu", "c starts"]);
  });

  it("lets those that wait go in the order of their ranks, not of their asking", async () => {
    const { ask, end, events } = createQueue();
    await ask("first", 9, { gpu: 1 });
    for (const [name, rank] of [
      ["late", 3],
      ["early", 1],
      ["middle", 2],
    ] as const)
      void ask(name, rank, { gpu: 1 });
    for (const name of ["first", "early", "middle", "late"]) await end(name);
    expect(events.filter((event) => event.endsWith("starts"))).toEqual([
      "first starts",
      "early starts",
      "middle starts",
      "late starts",
    ]);
  });

  it("keeps back for a large one what it lacks, so that small ones do not starve it", async () => {
    const { ask, end, events } = createQueue();
    await Promise.all([ask("small 1", 0, { cpu: 1 }), ask("small 2", 1, { cpu: 1 })]);
    void ask("large", 2, { cpu: 4 });
    void ask("small 3", 3, { cpu: 1 });
    await end("small 1");
    expect(events).not.toContain("small 3 starts");
    await end("small 2");
    expect(events.at(-1)).toBe("large starts");
    await end("large");
    expect(events.at(-1)).toBe("small 3 starts");
  });

  it("lets others past where they do not delay it", async () => {
    const { ask, events } = createQueue();
    await ask("training", 0, { gpu: 1, cpu: 1 });
    void ask("next training", 1, { gpu: 1, cpu: 1 });
    await ask("download", 2, { cpu: 1 });
    expect(events).toEqual(["training starts", "next training lacks gpu", "download starts"]);
  });

  it("forgets who gives up", async () => {
    const { ask, end, events } = createQueue();
    await ask("a", 0, { "token database": 2 });
    const controller = new AbortController();
    const given = ask("b", 1, { "token database": 2 }, { signal: controller.signal });
    void ask("c", 2, { "token database": 1 });
    controller.abort("stopped");
    await expect(given).rejects.toBe("stopped");
    await end("a");
    expect(events.at(-1)).toBe("c starts");
  });
});
