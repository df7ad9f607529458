import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup/build.ts"],
    // One for each processor, and not one less: tests wait for servers and processes half of the time.
    maxWorkers: "100%",
    // Against hanging only, and far longer than anything takes: tests start processes, which take their time on a busy machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
