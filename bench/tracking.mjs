// `npm run bench:tracking`: what a slow MLflow server adds to a run's time. The same pipeline runs in turn without a server and with a real
// one behind a proxy that lets every call wait. Its stages sleep and report metrics, so that what is measured is waiting, not the machine's
// other load.
//   npm run bench:tracking -- [--seconds 60] [--latency 2000] [--turns 3]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isReady, makeReady } from "../scripts/bootstrap.mjs";
import { median } from "./median.mjs";
import { runPipe } from "./tracking/run-pipe.mjs";
import { startSlowProxy } from "./tracking/slow-proxy.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!isReady(root)) makeReady(root);

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    latency: { type: "string", default: "2000" },
    turns: { type: "string", default: "3" },
  },
});
const entry = join(root, "dist", "bundle", "entry.js");
const folder = mkdtempSync(join(tmpdir(), "pipe-bench-tracking-"));
const environment = { ...process.env, XDG_DATA_HOME: join(folder, "data"), MLFLOW_TRACKING_URI: undefined };
const mlflow = (action) =>
  spawnSync(process.execPath, [entry, "mlflow", action], { env: environment, encoding: "utf8" });

writeFileSync(join(folder, "p.yaml"), JSON.stringify(describePipeline(Number(values.seconds))));
const [server] = /http:\/\/\S+/.exec(mlflow("up").stdout) ?? [];
if (server === undefined) throw new Error("MLflow did not start");
const proxy = await startSlowProxy(server, Number(values.latency));
try {
  const turns = [];
  for (let turn = 0; turn < Number(values.turns); turn += 1) {
    const without = await runPipe(entry, ["--no-mlflow"], { folder, environment });
    const before = proxy.numCalls;
    const slow = await runPipe(entry, [], { folder, environment: { ...environment, MLFLOW_TRACKING_URI: proxy.url } });
    const ratio = slow.seconds / without.seconds;
    turns.push(ratio);
    const calls = `${proxy.numCalls - before} calls of ${Number(values.latency) / 1000} s`;
    console.log(
      `without ${without.seconds.toFixed(2)} s  with ${calls} ${slow.seconds.toFixed(2)} s  = ${ratio.toFixed(4)} ×`,
    );
    console.log(`  ${slow.lastLine}`);
  }
  console.log(`median ${median(turns).toFixed(4)} ×`);
} finally {
  proxy.close();
  mlflow("down");
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Two stages side by side and one after them, each with a metric a second. Equal commands would wait for each other's result. */
function describePipeline(seconds) {
  const work = (metric, needs) => ({
    run: `for i in $(seq ${Math.round(seconds / 2)}); do echo "{\\"metric\\": \\"${metric}\\", \\"value\\": 0.$i, \\"step\\": $i}"; sleep 1; done`,
    needs,
    resources: { cpu: 0.1 },
  });
  const stages = { a: work("loss/a", []), b: work("loss/b", []), c: work("loss/c", ["a", "b"]) };
  return { version: 1, name: "slow-server", stages };
}
