// Where builds lie in dist/, and how a new one takes the place of the last while processes run (ADR 13).
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** Builds beside the newest that are kept although nobody is known to use them: whatever runs outside of `./pipe` has taken no hold. */
const numKept = 3;
/** After which a hold from another machine is taken for forgotten. */
const foreignHoldMs = 30 * 24 * 60 * 60 * 1_000;

/** What everybody starts from, each a line that leads on to the newest build. */
const stubFolder = "bundle";
const stubs = ["entry.js", "authoring.js"];
const isBundle = (name) => /^bundle-[0-9a-f]{16}$/.test(name);

/**
 * Puts a build, made in the folder `fresh` with its bundle in `fresh/bundle`, into `dist`. The bundle gets a folder named after its content,
 * to which `dist/bundle` then leads; a process goes on with the folder that it was started from.
 */
export function publishBuild(fresh, dist) {
  mkdirSync(dist, { recursive: true });
  const name = `bundle-${hashOfFolder(join(fresh, "bundle")).slice(0, 16)}`;
  const target = join(dist, name);
  if (existsSync(target)) rmSync(join(fresh, "bundle"), { recursive: true });
  else renameSync(join(fresh, "bundle"), target);
  // The newest, also when it is what was there before the last one.
  utimesSync(target, new Date(), new Date());
  mkdirSync(join(dist, stubFolder), { recursive: true });
  for (const stub of stubs) writeStub(dist, name, stub);
  // Earlier versions had the whole build here.
  for (const other of readdirSync(join(dist, stubFolder)))
    if (!stubs.includes(other)) rmSync(join(dist, stubFolder, other), { recursive: true, force: true });
  replaceModules(fresh, dist);
  removeUnused(dist, name);
  rmSync(fresh, { recursive: true, force: true });
}

/** The folder of the newest build; undefined before there is one. */
export function findBundle(dist) {
  const stub = join(dist, stubFolder, "entry.js");
  const name = existsSync(stub) ? /bundle-[0-9a-f]{16}/.exec(readFileSync(stub, "utf8"))?.[0] : undefined;
  return name === undefined ? undefined : join(dist, name);
}

/** Keeps builds from removing a folder for as long as this process lives. Where nothing can be written, nothing can be removed either. */
export function holdBundle(folder) {
  const hold = join(folder, ".holds", `${process.pid}@${hostname()}`);
  try {
    mkdirSync(join(folder, ".holds"), { recursive: true });
    writeFileSync(hold, "");
    process.once("exit", () => rmSync(hold, { force: true }));
  } catch {}
}

/** By rename: whoever starts meanwhile finds the old line or the new one. */
function writeStub(dist, name, entry) {
  const path = join(dist, stubFolder, entry);
  writeFileSync(`${path}.${process.pid}`, `export * from "../${name}/${entry}";\n`);
  renameSync(`${path}.${process.pid}`, path);
}

/** The modules one by one, which types and tests refer to; no command loads them. */
function replaceModules(fresh, dist) {
  const names = new Set(readdirSync(fresh));
  for (const name of readdirSync(dist))
    if (!names.has(name) && name !== stubFolder && !isBundle(name)) rmSync(join(dist, name), { recursive: true });
  for (const name of names) {
    rmSync(join(dist, name), { recursive: true, force: true });
    renameSync(join(fresh, name), join(dist, name));
  }
}

function removeUnused(dist, newest) {
  const ageOf = (name) => Date.now() - statSync(join(dist, name)).mtimeMs;
  const others = readdirSync(dist).filter((name) => isBundle(name) && name !== newest);
  const old = others.sort((a, b) => ageOf(a) - ageOf(b)).slice(numKept);
  for (const name of old) if (!isHeld(join(dist, name))) rmSync(join(dist, name), { recursive: true, force: true });
}

function isHeld(folder) {
  const holds = join(folder, ".holds");
  if (!existsSync(holds)) return false;
  return readdirSync(holds).some((hold) => {
    const [pid, host] = hold.split("@");
    if (host === hostname()) return isAlive(Number(pid));
    return Date.now() - (statSync(join(holds, hold), { throwIfNoEntry: false })?.mtimeMs ?? 0) < foreignHoldMs;
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function hashOfFolder(folder) {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder, { recursive: true }).sort()) {
    if (statSync(join(folder, name)).isDirectory()) continue;
    const content = readFileSync(join(folder, name));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
