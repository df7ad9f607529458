// Writes package-lock.json anew from package.json: without download addresses, so that it serves whatever registry or mirror
// npm is set to use, and with the packages for other platforms that this machine's registry may not hold.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const path = join(root, "package-lock.json");
execFileSync("npm", ["install", "--package-lock-only", "--ignore-scripts"], { cwd: root, stdio: "inherit" });
const lock = JSON.parse(readFileSync(path, "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.resolved;
for (const [name, version, isDev] of listMissing(lock.packages)) {
  lock.packages[`node_modules/${name}`] = { version, optional: true, ...(isDev && { dev: true }), ...platformOf(name) };
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);

/** Optional dependencies that npm left out because it did not find them; `npm ci` asks for them all the same. */
function listMissing(packages) {
  return Object.entries(packages).flatMap(([place, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !(`node_modules/${name}` in packages) && !(`${place}/node_modules/${name}` in packages))
      .map(([name, version]) => [name, version.replace(/^[^\d]*/, ""), dev]),
  );
}

/** `cli-linux-x64-musl` is for Linux on x64 with musl; npm skips what is for another platform. */
function platformOf(name) {
  const words = name.split("/").at(-1).split("-");
  const os = words.find((word) =>
    ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"].includes(
      word,
    ),
  );
  const cpu = words.find((word) =>
    ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"].includes(word),
  );
  const libc = words.includes("musl") || words.includes("musleabihf") ? "musl" : undefined;
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }) };
}
