import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StageId } from "../../src/base/ids.ts";
import { createDependentsFinder, findCycles, orderStages, type StageGraph } from "../../src/pipeline/stage-graph.ts";

const nowhere = { file: "f", line: 1, column: 1, endLine: 1, endColumn: 1 };

function graphOf(needs: Readonly<Record<string, readonly string[]>>): StageGraph {
  const id = (name: string) => name as StageId;
  return new Map(
    Object.entries(needs).map(([stage, list]) => [id(stage), new Map(list.map((need) => [id(need), nowhere]))]),
  );
}

test("stages come after what they need, and otherwise keep their order", () => {
  expect(orderStages(graphOf({ d: ["b", "c"], a: [], b: ["a"], c: ["a"] }))).toEqual(["a", "b", "c", "d"]);
  expect(orderStages(graphOf({ b: [], a: [], c: [] }))).toEqual(["b", "a", "c"]);
});

test("a chain of 50,000 stages is put in order", () => {
  const chain = Object.fromEntries(
    Array.from({ length: 50_000 }, (_, i) => [`s${i}`, i < 49_999 ? [`s${i + 1}`] : []]),
  );
  const order = orderStages(graphOf(chain));
  expect(order).toHaveLength(50_000);
  expect(order[0]).toBe("s49999");
});

describe("cycles", () => {
  test.each([
    ["a stage that needs itself", { a: ["a"] }, [["a"]]],
    ["two stages", { a: ["b"], b: ["a"] }, [["a", "b"]]],
    ["the shortest way round", { a: ["b", "c"], b: ["c"], c: ["a"] }, [["a", "c"]]],
    [
      "two apart",
      { a: ["b"], b: ["a"], c: ["d"], d: ["c"] },
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["none, before and after a cycle", { before: [], a: ["b", "before"], b: ["a"], after: ["b"] }, [["a", "b"]]],
    ["none at all", { a: ["b"], b: [] }, []],
  ])("%s", (_, needs, cycles) => {
    expect(findCycles(graphOf(needs))).toEqual(cycles);
  });

  test("are found exactly where an order is impossible, and are cycles", () => {
    const graphs = fc.dictionary(
      fc.constantFrom(..."abcdefg"),
      fc.array(fc.constantFrom(..."abcdefg"), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(graphs, (needs) => {
        const graph = graphOf(needs);
        const order = orderStages(graph);
        expect([...order].sort()).toEqual(Object.keys(needs).sort());
        const isOrdered = order.every((stage, index) =>
          [...(graph.get(stage)?.keys() ?? [])].every((need) => !graph.has(need) || order.indexOf(need) < index),
        );
        const cycles = findCycles(graph);
        expect(cycles.length === 0).toBe(isOrdered);
        for (const cycle of cycles) {
          for (const [index, stage] of cycle.entries()) {
            expect(graph.get(stage)?.has(cycle[(index + 1) % cycle.length]!)).toBe(true);
          }
        }
      }),
    );
  });
});

test("dependents are direct and indirect ones, and the stage itself", () => {
  const dependentsOf = createDependentsFinder(graphOf({ a: [], b: ["a"], c: ["b"], d: [] }));
  expect([...dependentsOf("a" as StageId)]).toEqual(["a", "b", "c"]);
});
