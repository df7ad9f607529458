import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng } from "../../src/data/encode-png.ts";
import { writeZip, type ZipEntry } from "../../src/data/write-zip.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

/** A state of a project, and a run in it that is to be killed. */
export interface Scenario extends AsyncDisposable {
  readonly name: string;
  readonly args: readonly string[];
  /** A project of its own in that state. */
  createProject(): Promise<ProjectRig>;
}

/** Commands that write many files, an archive, a data set: what a project does before it trains. */
const pipeline = `version: 1
name: crash
params: { copies: 12 }
stages:
  words:
    run: for i in $(seq \${{ params.copies }}); do cat "$PIPE_INPUT_WORDS" > "$PIPE_OUTPUT_ALL/$i"; done
    inputs: { words: words.txt }
    outputs: { all: { kind: files, path: all } }
  unzip:
    uses: archive/unzip
    with: { archive: images.zip }
  dataset:
    uses: dataset/build
    with:
      images: \${{ stages.unzip.outputs.files }}/images
      labels: { csv: "\${{ stages.unzip.outputs.files }}/labels.csv", classes: 2 }
      channels: [red]
  join:
    run: cat "$PIPE_INPUT_ALL"/* > "$PIPE_OUTPUT_X"
    inputs: { all: "\${{ stages.words.outputs.all }}" }
    outputs: { x: { kind: file, path: x } }
`;

const run = ["run", "crash.yaml", "--no-mlflow"];

export const scenarios = {
  /** Nothing is there yet. */
  first: () => createPlainScenario("a first run", { args: run, prepare: async () => {} }),
  /** Some results come from the cache, some are made anew. */
  edited: () =>
    createPlainScenario("a run after an edit", {
      args: run,
      async prepare(project) {
        await runWell(project);
        await project.write({ "words.txt": "one\ntwo\nthree\n" });
        await writeArchive(join(project.folder, "images.zip"), 4);
      },
    }),
  /** Each entry of the cache is replaced by one of the same name. */
  forced: () => createPlainScenario("a forced run", { args: [...run, "--force"], prepare: runWell }),
} as const;

interface ScenarioOptions {
  /** What the project has at first, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Brings it into the state in which the run is killed. */
  readonly prepare: (project: ProjectRig) => Promise<void>;
}

function createPlainScenario(
  name: string,
  { args, prepare }: Pick<ScenarioOptions, "args" | "prepare">,
): Promise<Scenario> {
  return createScenario(name, {
    files: { "crash.yaml": pipeline, "words.txt": "one\ntwo\n" },
    args,
    async prepare(project) {
      await writeArchive(join(project.folder, "images.zip"), 3);
      await prepare(project);
    },
  });
}

export async function createScenario(name: string, { files, args, prepare }: ScenarioOptions): Promise<Scenario> {
  const template = await createProject(files);
  await prepare(template);
  return {
    name,
    args,
    async createProject() {
      const project = await createProject();
      await cp(template.folder, project.folder, { recursive: true, verbatimSymlinks: true });
      return project;
    },
    [Symbol.asyncDispose]: () => template[Symbol.asyncDispose](),
  };
}

async function runWell(project: ProjectRig): Promise<void> {
  const { code, stdout, stderr } = await project.pipe(run);
  if (code !== 0) throw new Error(`the run before ended with ${code}:\n${stdout}${stderr}`);
}

async function writeArchive(path: string, numImages: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "pipe-zip-"));
  await writeZip(join(folder, "images.zip"), listContents(numImages));
  await cp(join(folder, "images.zip"), path);
  await rm(folder, { recursive: true });
}

async function* listContents(numImages: number): AsyncGenerator<ZipEntry> {
  const ids = Array.from({ length: numImages }, (_, index) => `s${index}`);
  yield { path: "labels.csv", content: ["Id,Target", ...ids.map((id, index) => `${id},${index % 2}`), ""].join("\n") };
  for (const [index, id] of ids.entries())
    yield { path: `images/${id}_red.png`, content: encodePng(new Uint8Array(64).fill(40 * index), 8) };
}
