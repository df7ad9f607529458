import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { ZipFile } from "yazl";
import type { CrashPoint, Kill } from "./crash-points.ts";
import { createScenario, type Scenario } from "./scenarios.ts";

const pipeline = `version: 1
name: nested
stages:
  unzip: { uses: archive/unzip, with: { archive: all.zip } }
`;

/** Files in folders, and archives in archives; one has a folder of its name beside it, as competitions' archives do. */
export function createNestedScenario(): Promise<Scenario> {
  return createScenario("unpacking archives in archives", {
    files: { "nested.yaml": pipeline },
    args: ["run", "nested.yaml", "--no-mlflow"],
    prepare: async (project) => project.write({ "all.zip": await makeArchive() }),
  });
}

async function makeArchive(): Promise<Buffer> {
  const more = await makeZip({ "x/1.txt": words(300), "x/2.txt": words(301) });
  const train = await makeZip({ "a.png": words(5000), "b/c.png": words(200), "b/more.zip": more });
  const test = await makeTar({ "t/1.png": words(70) });
  const big = { "big/1.bin": words(90_000), "big/2.bin": words(80_000) };
  const all = { "labels.csv": words(900), ...big, "train.zip": train, "test.tar.gz": test };
  return makeZip(all, ["train/", "empty/"]);
}

/** Text that differs with its length. */
const words = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, index) => (index * 2654435761) % (count * 7)).join(" "));

type Contents = Readonly<Record<string, Buffer>>;

function makeZip(files: Contents, folders: readonly string[] = []): Promise<Buffer> {
  const zip = new ZipFile();
  for (const folder of folders) zip.addEmptyDirectory(folder);
  for (const [name, content] of Object.entries(files)) zip.addBuffer(content, name);
  zip.end();
  return buffer(zip.outputStream);
}

function makeTar(files: Contents): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  return buffer(tar.pipe(createGzip()));
}

/** The steps between which the work folder differs, by the call that makes each. */
const steps: readonly (Pick<CrashPoint, "call"> & Pick<Kill, "moment"> & { readonly path: RegExp })[] = [
  // The folder is there, and its archive is not yet.
  { call: "mkdir", path: /\/files\/train$/, moment: "after" },
  { call: "writeFile", path: /\/files\/big\/1\.bin$/, moment: "torn" },
  { call: "writeFile", path: /\/files\/train\.zip$/, moment: "torn" },
  { call: "writeFile", path: /\/files\/train\.zip$/, moment: "after" },
  { call: "writeFile", path: /\/files\/train\/a\.png$/, moment: "before" },
  { call: "writeFile", path: /\/files\/train\/b\/more\/x\/2\.txt$/, moment: "torn" },
  // The archives inside are unpacked, and then gone.
  { call: "writeFile", path: /\/unpacked\/train\/b\/more\.zip$/, moment: "torn" },
  { call: "writeFile", path: /\/unpacked\/train\/b\/more\.zip$/, moment: "after" },
  { call: "rm", path: /\/files\/train\.zip$/, moment: "before" },
  { call: "rm", path: /\/files\/train\.zip$/, moment: "after" },
  { call: "rm", path: /\/unpacked$/, moment: "torn" },
  { call: "rename", path: /\/outputs-#\/files$/, moment: "before" },
  { call: "rename", path: /\/outputs-#\/files$/, moment: "after" },
];

/** A kill at each step, of the stage's process and of all in turn. Throws when a run has no such step any more. */
export function listUnpackingKills(points: readonly CrashPoint[]): Kill[] {
  return steps.map(({ call, path, moment }, index) => {
    const point = points.find((one) => one.role === "unzip" && one.call === call && path.test(one.path));
    if (point === undefined) throw new Error(`there is no ${call} of ${path}`);
    return { ...point, moment, victims: index % 2 === 0 ? "all" : "process" };
  });
}
