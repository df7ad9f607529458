import { describe, expect, it } from "vitest";
import { createSlots } from "../../src/util/slots.ts";

const never = new AbortController().signal;

/** Lets everything run that can. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("slots", () => {
  it("are given in the order of asking, no more at once than there are", async () => {
    const slots = createSlots(2);
    const order: string[] = [];
    const take = (name: string) =>
      slots.take(never).then((giveBack) => {
        order.push(name);
        return giveBack;
      });
    const [a, , c] = [take("a"), take("b"), take("c"), take("d")];
    await settle();
    expect(order).toEqual(["a", "b"]);
    const giveBack = await a;
    giveBack();
    giveBack();
    await c;
    await settle();
    expect(order).toEqual(["a", "b", "c"]);
  });

  it("are no longer waited for after an interruption, and not lost by it", async () => {
    const slots = createSlots(1);
    const giveBack = await slots.take(never);
    const controller = new AbortController();
    const interrupted = slots.take(controller.signal);
    const next = slots.take(never);
    controller.abort("enough");
    await expect(interrupted).rejects.toBe("enough");
    giveBack();
    (await next)();
    await expect(slots.take(controller.signal)).rejects.toBe("enough");
  });
});
