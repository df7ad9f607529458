// Makes a checkout ready to run: installs the packages of package-lock.json and compiles src/ to dist/, each only when it
// is out of date. Uses nothing but Node itself, since it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Whether packages and build are those of the sources; takes a few milliseconds, so that every start can ask. */
export function isReady(root) {
  return hasPackages(root) && hasBuild(root);
}

/** Installs and compiles what is missing. Two processes at once take turns. Ends the process when a step fails. */
export function makeReady(root) {
  const release = takeTurn(join(root, ".bootstrap-lock"));
  try {
    if (!hasPackages(root)) installPackages(root);
    if (!hasBuild(root)) compile(root);
  } finally {
    release();
  }
}

const packagesStamp = (root) => join(root, "node_modules", ".bootstrap-stamp");
const buildStamp = (root) => join(root, "dist", ".bootstrap-stamp");

function hasPackages(root) {
  // A linked folder of packages belongs to somebody else; it is used as it is.
  if (lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink()) return true;
  return readIfThere(packagesStamp(root)) === hashOfLock(root);
}

function hasBuild(root) {
  return readIfThere(buildStamp(root)) === hashOfSources(root);
}

function installPackages(root) {
  say("installing packages (npm ci, once, about half a minute)");
  // Install scripts stay off: tfjs-node's own would fetch an old TensorFlow (docs/adr/0002).
  runStep(root, process.platform === "win32" ? "npm.cmd" : "npm", [
    "ci",
    "--ignore-scripts",
    "--include=dev",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]);
  writeFileSync(packagesStamp(root), hashOfLock(root));
}

function compile(root) {
  say("compiling");
  const sources = hashOfSources(root);
  runStep(root, process.execPath, [join(root, "scripts", "build.mjs")]);
  writeFileSync(buildStamp(root), sources);
}

function runStep(root, command, args) {
  // Standard output belongs to the command that the user gave (it may be JSON); steps speak on standard error.
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.status === 0) return;
  say(`failed: ${command} ${args.join(" ")}${result.error ? ` (${result.error.message})` : ""}`);
  rmSync(join(root, ".bootstrap-lock"), { recursive: true, force: true });
  process.exit(70);
}

function hashOfLock(root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/** Names, sizes and times of all sources: enough to see an edit, without reading them. */
function hashOfSources(root) {
  const hash = createHash("sha256");
  for (const file of ["tsconfig.build.json", "scripts/build.mjs", "scripts/bundle.mjs", "scripts/publish-build.mjs"])
    hash.update(readFileSync(join(root, file)));
  const folders = [join(root, "src"), join(root, "schemas")];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (/\.(?:ts|json)$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${path}\0${size}\0${mtimeMs}\0`);
      }
    }
  }
  return hash.digest("hex");
}

/** Waits for the lock folder, breaking one whose owner is gone; returns the function that gives it back. */
function takeTurn(folder) {
  const owner = join(folder, "pid");
  for (let told = false; ; ) {
    try {
      mkdirSync(folder);
      writeFileSync(owner, String(process.pid));
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const pid = Number(readIfThere(owner) ?? "0");
    const ageMs = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (pid > 0 ? !isAlive(pid) : ageMs > 5_000) {
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    if (!told) say(`waiting for process ${pid}, which is setting up`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function say(text) {
  process.stderr.write(`pipe setup: ${text}\n`);
}
