import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup/build.ts"],
    // Tests that drive the real command line start processes, which take their time on a busy machine.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
