import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBudget } from "../../../src/data/archives/size-limits.ts";
import { unpackArchive } from "../../../src/data/archives/unpack-archive.ts";
import type { UnpackOptions } from "../../../src/data/archives/unpack-options.ts";

/** A temporary folder with archives and an empty folder `out` to unpack them to. */
export interface UnpackRig extends AsyncDisposable {
  readonly folder: string;
  readonly target: string;
  /** Makes `a.zip` with Python's zipfile, which writes what it is told to: `z` is the archive, deflated unless told otherwise, and `link` adds a symbolic link. */
  makeZip(script: string): string;
  /** Returns the paths of its files. */
  unpack(archive: string, options?: Partial<UnpackOptions>): Promise<readonly string[]>;
}

const zipPrelude = `
import random, stat, sys, zipfile
z = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)
def link(name, leads_to):
  i = zipfile.ZipInfo(name)
  i.create_system, i.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
  z.writestr(i, leads_to)
`;

export async function createUnpackRig(): Promise<UnpackRig> {
  const folder = await mkdtemp(join(tmpdir(), "pipe-unpack-"));
  const target = join(folder, "out");
  await mkdir(target);
  return {
    ...{ folder, target },
    makeZip(script) {
      const path = join(folder, "a.zip");
      execFileSync("python3", ["-W", "ignore", "-c", `${zipPrelude}${script}\nz.close()`, path]);
      return path;
    },
    async unpack(archive, options = {}) {
      const { files } = await unpackArchive({
        ...{ archive, target, numThreads: 2, budget: await openBudget(archive, 200) },
        ...{ signal: new AbortController().signal, onProgress: () => {}, ...options },
      });
      return files;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
