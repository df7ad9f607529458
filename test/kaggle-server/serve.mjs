// Serves one competition by hand: node test/kaggle-server/serve.mjs --competition SLUG --archive ZIP [--solution CSV] [--port N]
// Prints what to export; ends with Ctrl-C.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";

const { values } = parseArgs({
  options: {
    competition: { type: "string" },
    archive: { type: "string" },
    solution: { type: "string" },
    port: { type: "string", default: "0" },
  },
});
if (values.competition === undefined || values.archive === undefined) {
  console.error("usage: serve.mjs --competition SLUG --archive ZIP [--solution CSV] [--port N]");
  process.exit(2);
}
// Node 20 does not run TypeScript; the module runner that vitest brings along does.
const { module } = await runnerImport(fileURLToPath(new URL("./server.ts", import.meta.url)), {
  configFile: false,
  logLevel: "silent",
});
const server = await module.startKaggleServer({
  competitions: [{ slug: values.competition, archive: values.archive, solution: values.solution }],
  port: Number(values.port),
});
console.log(`export KAGGLE_API_ENDPOINT=${server.url}`);
console.log(`export KAGGLE_API_TOKEN=${server.credentials.token}`);
process.once("SIGINT", () => server.close().then(() => process.exit(0)));
