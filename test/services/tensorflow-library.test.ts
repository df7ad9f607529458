import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FailureError } from "../../src/base/failure.ts";
import { wheelFor } from "../../src/services/tensorflow/release.ts";
import {
  describeTensorflow,
  ensureTensorflow,
  requireTensorflow,
  type SetupProgress,
} from "../../src/services/tensorflow-library.ts";
import { userCacheFolder } from "../../src/util/user-cache-folder.ts";

let folder: string;
let cacheFolder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipe-tensorflow-"));
  cacheFolder = join(folder, "cache");
});
afterEach(() => rm(folder, { recursive: true }));

/** Sets TensorFlow up in a cache of its own and returns the failure. */
async function failureOf(
  environment: Record<string, string>,
): Promise<{ message: string; hint: string; activities: string[] }> {
  const activities = new Set<string>();
  const report = ({ activity }: SetupProgress) => void activities.add(activity);
  const error = await ensureTensorflow({ cacheFolder, environment, report }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FailureError)) throw error ?? new Error("the set-up succeeded");
  return { message: error.failure.message, hint: error.failure.hint ?? "", activities: [...activities] };
}

/** A program of this name, alone on the PATH with the tools that shell scripts need. */
async function pathWith(name: string, script: string): Promise<string> {
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, name), 0o755);
  return bin;
}

describe("setting TensorFlow up", () => {
  it("needs pip, and says what else would do", async () => {
    const { message, hint } = await failureOf({ PATH: folder });
    expect(message).toBe("TensorFlow is fetched with pip, and there is none here.");
    expect(hint).toMatch(/apt-get install python3-pip.*PIPE_LIBTENSORFLOW/);
  });

  it("passes on why pip could not download", async () => {
    const PATH = await pathWith(
      "pip",
      'case "$1" in --version) exit 0;; esac; echo "ERROR: No route to host" >&2; exit 1',
    );
    const { message, hint } = await failureOf({ PATH });
    expect(message).toMatch(/pip could not download tensorflow(-cpu)? 2\.21\.0 for \w+:\nERROR: No route to host/);
    expect(hint).toMatch(/PIPE_LIBTENSORFLOW/);
  });

  it("refuses a download that is not the published one", async () => {
    const script = `case "$1" in --version) exit 0;; esac
while [ "$1" != --dest ]; do shift; done; echo forged > "$2/tensorflow.whl"`;
    const { message } = await failureOf({ PATH: await pathWith("pip", script) });
    expect(message).toMatch(/not the one that was published: SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}/);
  });

  it("leaves nothing behind when it fails, and clears away what a killed one left", async () => {
    const killed = join(cacheFolder, "tensorflow", ".partial-1");
    await mkdir(killed, { recursive: true });
    await failureOf({ PATH: folder });
    expect(await readdir(join(cacheFolder, "tensorflow"))).toEqual([".lock"]);
  });

  it.each([
    ["is not there", "none.whl", undefined, /names .*none\.whl, which does not exist/],
    ["is no archive", "broken.whl", "not a zip", /broken\.whl is not a readable wheel/],
    ["holds no library", "", undefined, /holds no libtensorflow_cc.*include\/tensorflow\/c\/c_api\.h/],
  ])("says that PIPE_LIBTENSORFLOW %s", async (_, name, content, expected) => {
    if (content !== undefined) await writeFile(join(folder, name), content);
    const { message } = await failureOf({ PATH: folder, PIPE_LIBTENSORFLOW: join(folder, name) });
    expect(message).toMatch(expected);
  });

  it("says on which platforms there is one", () => {
    expect(() => wheelFor("win32", "x64")).toThrow(/not published for win32-x64/);
  });
});

describe("the library in use", () => {
  it("is none in a fresh cache; a stage is told how to get it", () => {
    expect(describeTensorflow({ cacheFolder, environment: {} })).toBeUndefined();
    expect(() => requireTensorflow({ cacheFolder, environment: {} })).toThrow("The TensorFlow library is not set up");
  });

  it("is there without any work once set up", async () => {
    const environment = process.env;
    const place = { cacheFolder: userCacheFolder(environment), environment };
    await ensureTensorflow({ ...place, report: () => {} });
    const activities: string[] = [];
    const library = await ensureTensorflow({ ...place, report: ({ activity }) => void activities.push(activity) });
    expect(activities).toEqual([]);
    expect(library).toEqual(describeTensorflow(place));
    expect(existsSync(library.addon)).toBe(true);
  });

  it("passes on what the compiler says", async () => {
    const environment = process.env;
    const place = { cacheFolder: userCacheFolder(environment), environment };
    const { folder: ready } = await ensureTensorflow({ ...place, report: () => {} });
    const own = join(folder, "site-packages", "tensorflow");
    await mkdir(join(own, "include", "tensorflow", "c"), { recursive: true });
    await writeFile(join(own, "include", "tensorflow", "c", "c_api.h"), "#error not this one");
    for (const name of await readdir(join(ready, "lib"))) await writeFile(join(own, name), "");
    const PATH = [dirname(process.execPath), environment["PATH"]].join(delimiter);
    const { message, hint } = await failureOf({ PATH, PIPE_LIBTENSORFLOW: join(folder, "site-packages") });
    expect(message).toMatch(/could not build TensorFlow\.js' addon: .*#error not this one|error: #error not this one/);
    expect(hint).toMatch(/C\+\+17/);
  });

  it("needs a compiler once, and says so", async () => {
    const own = join(folder, "tensorflow");
    await mkdir(join(own, "include", "tensorflow", "c"), { recursive: true });
    await writeFile(join(own, "include", "tensorflow", "c", "c_api.h"), "");
    const names =
      process.platform === "darwin"
        ? ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"]
        : ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
    for (const name of names) await writeFile(join(own, name), "");
    const { message, hint } = await failureOf({ PATH: folder, PIPE_LIBTENSORFLOW: own });
    expect(message).toMatch(/C\+\+ compiler is needed once/);
    expect(hint).toMatch(/apt-get install g\+\+/);
  });
});
