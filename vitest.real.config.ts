import { defineConfig } from "vitest/config";

/** The long runs on real images: `npm run test:real`. */
export default defineConfig({
  test: { include: ["test/**/*.real.ts"], globalSetup: ["test/setup/build.ts"] },
});
