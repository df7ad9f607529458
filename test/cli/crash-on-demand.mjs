// Lets the process that loads it fail of a bug as soon as the file `crash` is there.
import { existsSync } from "node:fs";

setInterval(() => {
  if (existsSync("crash")) throw new Error("a bug");
}, 20).unref();
