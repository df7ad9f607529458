// Unpacks one archive as the stage does: node ours.mjs ARCHIVE TARGET
import { availableParallelism } from "node:os";
import { openBudget } from "../../dist/data/archives/size-limits.js";
import { unpackArchive } from "../../dist/data/archives/unpack-archive.js";

const [archive, target] = process.argv.slice(2);
await unpackArchive({
  ...{ archive, target, numThreads: availableParallelism(), budget: await openBudget(archive, 200) },
  ...{ signal: new AbortController().signal, onProgress: () => {} },
});
