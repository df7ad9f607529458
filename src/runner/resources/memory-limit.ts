import { totalmem } from "node:os";

/** The bytes of memory that there are for this process: those of the machine, or as many as the container around it is given. */
export function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
