import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup/build.ts"],
    // Against hanging only: tests that drive the real command line start processes, which take their time on a busy machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
