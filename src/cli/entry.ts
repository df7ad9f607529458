// The one module that does something when it is imported: it hands the process over to `main`.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Io } from "./command.ts";
import { describeCrash } from "./crash-report.ts";
import { main } from "./main.ts";

const entry = fileURLToPath(import.meta.url);
const interrupts = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingFolder: process.cwd(),
  packageFolder: dirname(dirname(dirname(entry))),
  schemaFolder: join(dirname(entry), "schemas"),
  self: [process.execPath, entry],
  onInterrupt(callback) {
    for (const name of interrupts) process.on(name, callback);
    return () => {
      for (const name of interrupts) process.off(name, callback);
    };
  },
};

const outputs = [process.stdout, process.stderr];
// A reader that closes early (`pipe … | head`) ends what is written to it, and is no error of ours.
for (const stream of outputs) stream.on("error", () => {});

// What is thrown outside of any promise that `main` waits for.
process.on("uncaughtException", (error) => {
  process.stderr.write(describeCrash(error, io.packageFolder));
  process.exit(70);
});

const exitCode = await main(process.argv.slice(2), io);
// What is still on its way into a pipe gets out; what else is open (a library's threads, kept connections) is not waited for.
for (const stream of outputs) await new Promise<void>((resolve) => stream.write("", () => resolve()));
process.exit(exitCode);
