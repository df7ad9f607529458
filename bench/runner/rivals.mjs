// The rivals, each in a folder of its own below bench/.rivals, outside the packages of this project.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = join(dirname(dirname(fileURLToPath(import.meta.url))), ".rivals");
const nodePackages = ["turbo@2.11.11", "wireit@0.14.13"];
const pythonPackages = ["dvc==3.67.1", "snakemake==9.27.1"];

/** Installs the rivals once and returns, for each, how to set up a project in a folder and the command that should do nothing. */
export function provideRivals() {
  const node = join(home, "node");
  const python = join(home, "python");
  once(join(node, "node_modules", ".bin", "turbo"), "turbo and wireit", () => {
    mkdirSync(node, { recursive: true });
    writeFileSync(join(node, "package.json"), JSON.stringify({ private: true }));
    run("npm", ["install", "--no-audit", "--no-fund", ...nodePackages], node);
  });
  once(join(python, "bin", "dvc"), "dvc and snakemake", () => {
    mkdirSync(home, { recursive: true });
    run("python3", ["-m", "venv", python], home);
    run(join(python, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", ...pythonPackages], home);
  });
  const bin = join(node, "node_modules", ".bin");
  return [
    {
      name: "Turborepo",
      write: (folder) => {
        writePackage(folder, { packageManager: "npm@10.8.2", workspaces: ["app"] });
        mkdirSync(join(folder, "app"), { recursive: true });
        writeJson(join(folder, "app", "package.json"), {
          name: "app",
          version: "1.0.0",
          scripts: { read: "echo 1 > out.txt" },
        });
        writeJson(join(folder, "package-lock.json"), { name: "bench", lockfileVersion: 3, packages: {} });
        writeJson(join(folder, "turbo.json"), { tasks: { read: { inputs: ["data/**"], outputs: ["out.txt"] } } });
      },
      dataFolder: "app/data",
      command: [join(bin, "turbo"), "run", "read"],
      environment: { TURBO_TELEMETRY_DISABLED: "1" },
      isNoop: (text) => /FULL TURBO/.test(text),
    },
    {
      name: "Wireit",
      write: (folder) =>
        writePackage(folder, {
          scripts: { read: "wireit" },
          wireit: { read: { command: "echo 1 > out.txt", files: ["data/**"], output: ["out.txt"] } },
        }),
      dataFolder: "data",
      command: ["npm", "run", "read"],
      environment: { PATH: `${bin}:${process.env.PATH}`, CI: "", WIREIT_LOGGER: "simple" },
      isNoop: (text) => /Already fresh|already fresh|Restored from cache|skipped/i.test(text),
    },
    {
      name: "Snakemake",
      write: (folder) =>
        writeFileSync(
          join(folder, "Snakefile"),
          'from glob import glob\nrule read:\n    input: sorted(glob("data/*/*"))\n    output: "out.txt"\n    shell: "echo 1 > out.txt"\n',
        ),
      dataFolder: "data",
      command: [join(python, "bin", "snakemake"), "--cores", "2"],
      environment: {},
      isNoop: (text) => /Nothing to be done/.test(text),
    },
    {
      name: "DVC",
      write: (folder) => {
        run(join(python, "bin", "dvc"), ["init", "--no-scm", "--quiet"], folder);
        writeFileSync(
          join(folder, "dvc.yaml"),
          "stages:\n  read:\n    cmd: echo 1 > out.txt\n    deps: [data]\n    outs: [out.txt]\n",
        );
      },
      dataFolder: "data",
      command: [join(python, "bin", "dvc"), "repro"],
      environment: { DVC_NO_ANALYTICS: "1" },
      isNoop: (text) => /up to date|didn't change, skipping/.test(text),
    },
  ];
}

function writePackage(folder, fields) {
  writeJson(join(folder, "package.json"), { name: "bench", version: "1.0.0", private: true, ...fields });
}

function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

function once(path, what, install) {
  if (existsSync(path)) return;
  console.log(`installing ${what} in bench/.rivals (once)`);
  install();
}

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed`);
}
