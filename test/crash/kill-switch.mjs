// Loaded into every process of a run before `pipe` itself (NODE_OPTIONS=--import=…): writes down each change that a process of
// `pipe` makes to the file system and each program that it starts, and kills it with -9 at the one that it is told.
// PIPE_CRASH_TRACE names the file to write to, PIPE_CRASH_AT the kill as JSON; see crash-points.ts for both.
import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import { isMainThread } from "node:worker_threads";

const { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } = fs;
const traceFile = process.env.PIPE_CRASH_TRACE;
const kill = process.env.PIPE_CRASH_AT === undefined ? undefined : JSON.parse(process.env.PIPE_CRASH_AT);
const role = findRole();
const counts = new Map();
const children = new Set();
/** What each open file was opened as, by descriptor or handle. */
const opened = new Map();
/**
 * Events that are told by the clock: how many they are, and between which others they come, differs from run to run. The
 * last of an activity, at which all is done, is told in any case.
 */
const byTheClock = /"type":"progress"(?!.*"done":(\d+),"total":\1[,}])|"name":"system\//;
/** A call that Node makes on behalf of another is part of that one. */
let isInside = false;

if (role !== undefined && traceFile !== undefined) await install();

/** `runner`, the stage's name in its own process and the threads of that, or undefined for a program that is not `pipe`. */
function findRole() {
  if (!isMainThread) return process.env.PIPE_CRASH_ROLE;
  const found = readRole();
  // Threads get a copy of the environment; a program that is started finds its own role.
  if (found !== undefined) process.env.PIPE_CRASH_ROLE = found;
  return found;
}

function readRole() {
  const [, program = "", command, specFile = ""] = process.argv;
  if (!/\/dist\/bundle[^/]*\/entry\.js$/.test(program)) return undefined;
  return command === "exec-stage" ? basename(dirname(specFile)) : "runner";
}

async function install() {
  const handle = await fs.promises.open("/dev/null");
  const handles = Object.getPrototypeOf(handle);
  await handle.close();
  wrapPathCalls();
  wrapOpening();
  wrapPromise(handles, "write", { path: ofHandle, tear: tearWrite });
  for (const name of ["writeFile", "appendFile"]) wrapPromise(handles, name, { path: ofHandle, tear: tearContent(0) });
  for (const name of ["writev", "sync", "datasync", "truncate"]) wrapPromise(handles, name, { path: ofHandle });
  wrapSync(fs, "writeSync", { path: ofDescriptor, tear: writeHalf });
  wrapCallback(fs, "write", { path: ofDescriptor, tear: writeHalf });
  wrapCallback(fs, "writev", { path: ofDescriptor, tear: (fd, [first]) => writeHalf(fd, first) });
  for (const name of ["fsync", "ftruncate"]) wrapSync(fs, `${name}Sync`, { path: ofDescriptor });
  for (const name of ["spawn", "execFile"]) wrapSpawning(name);
  syncBuiltinESMExports();
}

function wrapPathCalls() {
  const first = (path) => path;
  const second = (_, path) => path;
  const calls = {
    mkdir: { path: first },
    rename: { path: second },
    link: { path: second },
    symlink: { path: second },
    unlink: { path: first },
    rmdir: { path: first },
    chmod: { path: first },
    truncate: { path: first },
    rm: { path: first, tear: removeHalf },
    copyFile: { path: second, tear: copyHalf },
    writeFile: { path: first, tear: tearContent(1) },
    appendFile: { path: first, tear: tearContent(1) },
  };
  for (const [name, call] of Object.entries(calls)) {
    wrapPromise(fs.promises, name, call);
    wrapSync(fs, `${name}Sync`, call);
    wrapCallback(fs, name, call);
  }
}

/** Opening counts when it can make or empty a file. */
function wrapOpening() {
  const path = (name, flags = "r") => (/^r$|^rs$/.test(String(flags)) || flags === 0 ? undefined : name);
  const then = (file, name) => opened.set(file, name);
  wrapPromise(fs.promises, "open", { path, then });
  wrapSync(fs, "openSync", { path, then });
  wrapCallback(fs, "open", { path, then });
}

function wrapPromise(object, name, { path, tear, then }) {
  const original = object[name];
  object[name] = async function (...args) {
    const moment = note(name, path.apply(this, args));
    if (moment === "before") die();
    if (moment === "torn") {
      await tear?.apply({ original, target: this }, args);
      die();
    }
    const result = await original.apply(this, args);
    then?.(result, args[0]);
    if (moment === "after") die();
    return result;
  };
}

function wrapSync(object, name, { path, tear, then }) {
  const original = object[name];
  object[name] = function (...args) {
    if (isInside) return original.apply(this, args);
    const moment = note(nameCall(name.replace(/Sync$/, ""), args), path.apply(this, args));
    isInside = true;
    try {
      if (moment === "before") die();
      if (moment === "torn") {
        tear?.apply({ original, target: this }, args);
        die();
      }
      const result = original.apply(this, args);
      then?.(result, args[0]);
      if (moment === "after") die();
      return result;
    } finally {
      isInside = false;
    }
  };
}

function wrapCallback(object, name, { path, tear, then }) {
  const original = object[name];
  object[name] = function (...args) {
    const callback = args.at(-1);
    if (isInside || typeof callback !== "function") return original.apply(this, args);
    const moment = note(name, path.apply(this, args));
    if (moment === "before") die();
    if (moment === "torn") {
      tear?.apply({ original: fs[`${name}Sync`] ?? original, target: this }, args);
      die();
    }
    return original.call(this, ...args.slice(0, -1), (error, ...results) => {
      if (error === null) then?.(results[0], args[0]);
      if (moment === "after") die();
      callback(error, ...results);
    });
  };
}

function wrapSpawning(name) {
  const original = childProcess[name];
  childProcess[name] = function (program, ...args) {
    // The child inherits the switch; a program in a command is none of `pipe`.
    const moment = note("spawn", `/${basename(String(program))}`);
    if (moment === "before") die();
    const child = original.call(this, program, ...args);
    children.add(child);
    if (moment === "after" || moment === "torn") die();
    return child;
  };
}

function ofHandle() {
  return opened.get(this) ?? "/?";
}

function ofDescriptor(descriptor) {
  // The first three are the terminal's.
  return descriptor < 3 ? undefined : (opened.get(descriptor) ?? "/?");
}

/** The write of an event that is told by the clock has a name of its own, so that the others are counted alike in every run. */
function nameCall(name, [, content]) {
  return name === "write" && byTheClock.test(String(content)) ? "write-by-clock" : name;
}

/** Writes the call down, and tells whether and when it is the one to die at. */
function note(call, path) {
  if (path === undefined || String(path) === "/dev/null") return undefined;
  const point = { role, call, path: normalise(String(path)) };
  const key = `${call} ${point.path}`;
  const nth = (counts.get(key) ?? 0) + 1;
  counts.set(key, nth);
  appendTrace({ ...point, nth });
  const isHere = kill?.role === role && kill.call === call && kill.path === point.path && kill.nth === nth;
  return isHere ? kill.moment : undefined;
}

function appendTrace(line) {
  const before = isInside;
  isInside = true;
  appendFileSync(traceFile, `${JSON.stringify(line)}\n`);
  isInside = before;
}

/** Names that are drawn anew in every run read as `#`. */
function normalise(path) {
  const short = isAbsolute(path) && path.startsWith(process.cwd()) ? relative(process.cwd(), path) : path;
  return short
    .replace(/\d{8}-\d{6}-[\w-]+?-[0-9a-f]{4}(?=\/|$)/, "<run>")
    .replace(/[0-9a-f]{64}/g, (digest) => digest.slice(0, 8))
    .replace(/(?<=[-.])[0-9a-f]{8,}(?=[/.]|$)|(?<=\/)[0-9a-f]{24}(?=[./]|$)/g, "#")
    .replace(/\.\d+\.(tmp|clock)$/, ".#.$1");
}

function die() {
  appendTrace({ killed: role });
  if (kill.victims === "all") killOthers();
  process.kill(process.pid, "SIGKILL");
}

function killOthers() {
  const signal = (pid) => {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  for (const { pid } of children) if (pid !== undefined) for (const each of [-pid, pid]) signal(each);
  if (role === "runner") return;
  signal(process.ppid);
  // A stage leads a group of its own, which holds the programs of its command.
  signal(-process.pid);
}

function tearContent(position) {
  return function (...args) {
    args[position] = half(args[position]);
    return this.original.apply(this.target, args);
  };
}

function tearWrite(content, ...rest) {
  if (typeof content === "string") return this.original.call(this.target, half(content), ...rest);
  const [offset = 0, length = content.byteLength - offset, position = null] = rest;
  return this.original.call(this.target, content, offset, Math.floor(length / 2), position);
}

function writeHalf(descriptor, content, offset, length, position) {
  if (typeof content === "string") return writeSync(descriptor, half(content));
  const start = typeof offset === "number" ? offset : 0;
  const all = typeof length === "number" ? length : content.byteLength - start;
  return writeSync(descriptor, content, start, Math.floor(all / 2), typeof position === "number" ? position : null);
}

function half(content) {
  if (typeof content === "string") return content.slice(0, Math.floor(content.length / 2));
  return content.subarray(0, Math.floor(content.byteLength / 2));
}

function copyHalf(source, target) {
  writeFileSync(target, half(readFileSync(source)));
}

/** Takes away every other file of a folder. */
function removeHalf(path) {
  let names = [];
  try {
    names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  } catch {
    // Not a folder, or not there.
  }
  for (const [index, entry] of names.entries())
    if (index % 2 === 0) rmSync(join(entry.parentPath ?? entry.path, entry.name), { force: true });
}
