import { defineConfig } from "vitest/config";

/** Kills at every point of a run: `npm run test:crash`. */
export default defineConfig({
  test: { include: ["test/**/*.crash.ts"], globalSetup: ["test/setup/build.ts"] },
});
