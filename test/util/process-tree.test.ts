import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { readTreeUsage } from "../../src/util/process-tree.ts";

/** Holds 200 MB and has used half a second of a processor when it says so. */
const hungry = `const kept = Buffer.alloc(200e6, 1);
while (process.cpuUsage().user < 500_000) kept[0]++;
console.log("ready"); setInterval(() => kept, 1000);`;

describe("readTreeUsage", () => {
  it("counts processor time and memory of descendants", async () => {
    const shell = spawn("sh", ["-c", 'node -e "$HUNGRY"; :'], {
      env: { ...process.env, HUNGRY: hungry },
      detached: true,
    });
    try {
      await once(shell.stdout, "data");
      const usage = readTreeUsage(shell.pid ?? 0);
      expect(usage?.cpuSeconds).toBeGreaterThan(0.45);
      expect(usage?.cpuSeconds).toBeLessThan(10);
      expect(usage?.memoryBytes).toBeGreaterThan(200e6);
      expect(usage?.memoryBytes).toBeLessThan(400e6);
    } finally {
      process.kill(-(shell.pid ?? 0), "SIGKILL");
    }
  });

  it("knows nothing of a process that has ended", async () => {
    const child = spawn("true");
    await once(child, "close");
    expect(readTreeUsage(child.pid ?? 0)).toBeUndefined();
  });
});
